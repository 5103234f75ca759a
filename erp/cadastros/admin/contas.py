"""Cash accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from erp.cadastros.admin.base import CadastroAdmin, acoes_de_atividade
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.models import Conta


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
