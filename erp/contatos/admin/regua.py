"""The régua: on which days before and after the due date customers are written to."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.rotulos import rotulo
from erp.contatos.admin.textos import titulo_do_modelo
from erp.contatos.models import PassoDaRegua


@admin.register(PassoDaRegua)
class PassoDaReguaAdmin(CadastroAdmin):
    list_display = ["passo", "ligado", "modelo_"]
    list_display_links = ["passo"]
    ordering = ["dias"]
    sortable_by = ()
    list_filter = ["ativo"]
    fieldsets = [
        (
            None,
            {
                "fields": ["dias", "ativo"],
                "description": "Cada título em aberto de um cliente é lembrado uma vez em cada passo ligado. Um passo que "
                "ninguém disse no seu dia ainda é dito nos dias seguintes, enquanto for verdade.",
            },
        )
    ]

    class Media:
        css = {"all": ["pdv/retaguarda.css", "contatos/contatos.css"]}

    list_before_template = "admin/contatos/regua_topo.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        extra = {
            "ninguem": not PassoDaRegua.objects.filter(ativo=True).exists(),
            "modelos": reverse("admin:contatos_modelomensagem_changelist"),
        }
        return super().changelist_view(request, extra | (extra_context or {}))

    @admin.display(description="passo")
    def passo(self, passo: PassoDaRegua) -> str:
        return str(passo).capitalize()

    @rotulo("situação", {True: "success", False: "default"})
    def ligado(self, passo: PassoDaRegua) -> tuple[bool, str]:
        return passo.ativo, "Ligado" if passo.ativo else "Desligado"

    @admin.display(description="modelo")
    def modelo_(self, passo: PassoDaRegua) -> str:
        return titulo_do_modelo(passo.modelo)
