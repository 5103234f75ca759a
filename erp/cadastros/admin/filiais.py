"""Filiais and their tills."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from erp.cadastros.admin.base import CadastroAdmin, acoes_de_atividade
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.formularios import FormularioFilial, FormularioModelo
from erp.cadastros.documentos import formatar
from erp.cadastros.models import Conta, Filial, PontoVenda


@admin.register(Filial)
class FilialAdmin(CadastroAdmin):
    form = FormularioFilial
    campo_filial = "id"
    campo_ativo = "ativa"
    list_display = ["codigo", "nome", "cnpj_formatado", "uf", "conta_cofre", "permite_estoque_negativo", "ativa"]
    list_display_links = ["codigo", "nome"]
    list_select_related = ["conta_cofre"]
    list_filter = ["ativa"]
    search_fields = ["nome", "=codigo"]
    search_help_text = "Nome ou código da filial"
    inativar, ativar = acoes_de_atividade("cadastros.change_filial", "ativa")
    actions = ["inativar", "ativar"]
    fieldsets = [
        (None, {"fields": ["codigo", "nome", "cnpj", "uf", "ativa"]}),
        (
            "Dinheiro e estoque",
            {
                "fields": ["conta_cofre", "permite_estoque_negativo"],
                "description": "Com «permite estoque negativo» desmarcado, a venda que deixaria um produto abaixo de zero "
                "não é lançada: fica com erro até o estoque ser acertado.",
            },
        ),
    ]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name == "conta_cofre":
            kwargs["queryset"] = Conta.objects.filter(tipo=Conta.Tipo.COFRE, ativa=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="CNPJ")
    def cnpj_formatado(self, filial: Filial) -> str:
        return formatar(filial.cnpj)


class FormularioPontoVenda(FormularioModelo):
    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        filial, conta = dados.get("filial"), dados.get("conta_caixa")
        if filial and conta and conta.filial_id != filial.pk:
            self.add_error("conta_caixa", f"A conta {conta} não é da filial {filial}.")
        outros = PontoVenda.objects.filter(conta_caixa=conta).exclude(pk=self.instance.pk) if conta else None
        if outros is not None and (outro := outros.first()):
            self.add_error("conta_caixa", f"Esta conta já é a gaveta do ponto de venda {outro}. Cada PDV tem a sua.")
        return dados


@admin.register(PontoVenda)
class PontoVendaAdmin(CadastroAdmin):
    form = FormularioPontoVenda
    campo_filial = "filial_id"
    campo_ativo = "ativo"
    list_display = ["codigo", "nome", "filial", "conta_caixa", "contato", "versao_replicador", "ativo"]
    list_display_links = ["codigo", "nome"]
    list_select_related = ["filial", "conta_caixa"]
    list_filter = ["ativo", "filial"]
    contato = coluna_instante("ultimo_contato_em", "último contato")
    search_fields = ["nome", "=codigo"]
    search_help_text = "Nome ou código do ponto de venda"
    readonly_fields = ["ultimo_contato_em", "versao_replicador"]
    inativar, ativar = acoes_de_atividade("cadastros.change_pontovenda", "ativo")
    actions = ["inativar", "ativar"]
    fieldsets = [
        (
            None,
            {
                "fields": ["codigo", "nome", "filial", "conta_caixa", "emite_nota", "ativo"],
                "description": "Um PDV inativo não consegue mais enviar vendas: o replicador dele recebe uma recusa.",
            },
        ),
        ("Replicação", {"fields": ["ultimo_contato_em", "versao_replicador"]}),
    ]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        campo = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if campo is not None and db_field.name == "conta_caixa":
            campo.queryset = _contas_de_caixa(campo.queryset)
        return campo

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The filial of a till is part of what it has already sent: it is not moved, another one is registered."""
        return [*self.readonly_fields, "filial"] if obj else self.readonly_fields


def _contas_de_caixa(contas: Any) -> QuerySet[Conta]:
    achadas: QuerySet[Conta] = contas.filter(tipo=Conta.Tipo.CAIXA, ativa=True)
    return achadas
