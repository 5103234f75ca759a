"""Cash accounts and accounting periods."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from erp.cadastros.admin.base import CadastroAdmin, acoes_de_atividade
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.models import Conta, PeriodoContabil


class FormularioConta(FormularioModelo):
    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        if dados.get("tipo") in (Conta.Tipo.CAIXA, Conta.Tipo.COFRE) and "filial" in dados and not dados["filial"]:
            self.add_error("filial", "Caixa e cofre ficam numa filial: diga qual.")
        return dados


@admin.register(Conta)
class ContaAdmin(CadastroAdmin):
    form = FormularioConta
    campo_filial = "filial_id"
    campo_ativo = "ativa"
    list_display = ["codigo", "nome", "tipo", "filial", "ativa"]
    list_display_links = ["codigo", "nome"]
    list_select_related = ["filial"]
    list_filter = ["tipo", "ativa", "filial"]
    search_fields = ["nome", "codigo"]
    search_help_text = "Nome ou código da conta"
    inativar, ativar = acoes_de_atividade("cadastros.change_conta", "ativa")
    actions = ["inativar", "ativar"]
    fieldsets = [
        (
            None,
            {
                "fields": ["codigo", "nome", "tipo", "filial", "ativa"],
                "description": "Onde o dinheiro está: a gaveta de cada PDV, o cofre de cada filial, a conta no banco. "
                "Banco sem filial é da empresa toda.",
            },
        )
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["tipo", "filial"] if obj else []


class FormularioPeriodo(FormularioModelo):
    motivo = forms.CharField(
        label="Motivo", max_length=200, widget=UnfoldAdminTextInputWidget(), help_text="Fica na auditoria."
    )

    def clean_fim(self) -> date:
        fim: date = self.cleaned_data["fim"]
        if fim >= timezone.localdate():
            raise forms.ValidationError("Só se fecham dias que já terminaram: o fim tem de ser antes de hoje.")
        return fim

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        inicio, fim = dados.get("inicio"), dados.get("fim")
        if inicio and fim and fim < inicio:
            self.add_error("fim", "O fim é antes do início.")
        return dados


@admin.register(PeriodoContabil)
class PeriodoContabilAdmin(CadastroAdmin):
    form = FormularioPeriodo
    campo_ativo = "fechado"
    list_display = ["__str__", "fechado", "quando"]
    quando = coluna_instante("fechado_em", "fechado ou reaberto em")
    list_filter = ["fechado"]
    date_hierarchy = None
    fieldsets = [
        (
            None,
            {
                "fields": ["inicio", "fim", "fechado", "motivo"],
                "description": "O que acontecer num dia fechado é lançado no primeiro dia aberto depois dele. "
                "Fechar um período não muda nada do que já foi lançado.",
            },
        )
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A period is opened again, never deleted: the trail of who closed it stays."""
        return False
