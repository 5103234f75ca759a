"""Reminders that staff write: title, text, to whom, when."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.contatos.models import Lembrete


@admin.register(Lembrete)
class LembreteAdmin(CadastroAdmin):
    list_display = ["titulo", "ligado", "grupo", "repete", "proxima"]
    list_display_links = ["titulo"]
    list_filter = ["ativo", "grupo"]
    list_select_related = ["grupo"]
    ordering = ["-pk"]
    sortable_by = ()
    readonly_fields = ["proxima", "autor"]

    class Media:
        css = {"all": ["pdv/retaguarda.css"]}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"data": timezone.localdate(), **super().get_changeform_initial_data(request)}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        campos = ["titulo", "texto", "grupo", "data", "repete", "ate", "ativo"]
        return [
            (
                None,
                {
                    "fields": campos if obj is None else [*campos, "proxima", "autor"],
                    "description": "Vai por e-mail, de manhã, a cada pessoa ativa do grupo que tenha e-mail no cadastro de "
                    "usuários. Não escreva aqui dados de clientes.",
                },
            )
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        if not change:
            obj.criado_por = usuario_de(request)
        super().save_model(request, obj, form, change)

    @rotulo("situação", {True: "success", False: "default"})
    def ligado(self, lembrete: Lembrete) -> tuple[bool, str]:
        return lembrete.ativo, "Ligado" if lembrete.ativo else "Desligado"

    @admin.display(description="próxima vez")
    def proxima(self, lembrete: Lembrete) -> str:
        dia = lembrete.proxima_vez(timezone.localdate())
        return f"{dia:%d/%m/%Y}" if dia else "não há"

    @admin.display(description="escrito por")
    def autor(self, lembrete: Lembrete) -> str:
        return lembrete.criado_por.get_username()
