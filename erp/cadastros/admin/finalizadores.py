"""Ways to pay and their terms."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline

from erp.cadastros.admin.base import NUMEROS, CadastroAdmin, acoes_de_atividade
from erp.cadastros.admin.formularios import FormularioAdquirente, FormularioModelo
from erp.cadastros.condicoes import problemas_da_condicao
from erp.cadastros.documentos import formatar
from erp.cadastros.importacoes.finalizadores import ImportacaoDeFinalizadores
from erp.cadastros.models import Adquirente, CondicaoFinalizador, EspecieFinalizador, Finalizador
from erp.cadastros.planilhas.admin import ImportaPlanilha

_DESTINOS: dict[str, str] = {EspecieFinalizador.DINHEIRO: "caixa do PDV"}


class FormularioCondicao(FormularioModelo):
    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        especie = str(getattr(self.instance.finalizador, "especie", ""))
        for campo, mensagem in problemas_da_condicao(especie, dados.get("adquirente"), dados.get("conta")).items():
            self.add_error(campo, mensagem)
        return dados


class CondicaoInline(TabularInline):  # type: ignore[misc]  # unfold has no types
    model = CondicaoFinalizador
    form = FormularioCondicao
    formfield_overrides = NUMEROS
    extra = 0
    verbose_name_plural = "condições (cada uma vale da sua data até a data da próxima)"
    fields = ["vigente_desde", "adquirente", "conta", "dias_primeira", "dias_intervalo", "taxa_percentual"]
    ordering = ["-vigente_desde"]


@admin.register(Finalizador)
class FinalizadorAdmin(ImportaPlanilha, CadastroAdmin):
    importacao = ImportacaoDeFinalizadores
    campo_ativo = "ativo"
    list_display = ["codigo", "nome", "especie", "condicao_de_hoje", "ativo"]
    list_display_links = ["codigo", "nome"]
    list_filter = ["especie", "ativo"]
    search_fields = ["nome", "=codigo"]
    search_help_text = "Nome ou código do finalizador"
    inlines = [CondicaoInline]
    inativar, ativar = acoes_de_atividade("cadastros.change_finalizador", "ativo")
    actions = ["inativar", "ativar"]
    fieldsets = [
        (
            None,
            {
                "fields": ["codigo", "nome", "especie", "ativo"],
                "description": "Dinheiro e Pix entram na hora na conta; cartão e vale viram parcelas a receber do "
                "adquirente, com a taxa a pagar; crediário vira parcelas a receber do cliente. "
                "Para mudar a taxa a partir de um dia, acrescente uma condição com essa data: "
                "as vendas de antes continuam como foram.",
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("condicoes__adquirente", "condicoes__conta")

    @admin.display(description="condição de hoje")
    def condicao_de_hoje(self, finalizador: Finalizador) -> str:
        hoje = timezone.localdate()
        vigentes = [c for c in finalizador.condicoes.all() if c.vigente_desde <= hoje]
        if not vigentes:
            return "nenhuma: as vendas com ele ficam com erro"
        atual = max(vigentes, key=lambda c: c.vigente_desde)
        destino = atual.adquirente or atual.conta or _DESTINOS.get(finalizador.especie, "do cliente")
        dias = atual.dias_primeira
        prazo = f", {dias} {'dia' if dias == 1 else 'dias'}" if dias else ""
        taxa = f", taxa {atual.taxa_percentual.normalize():f}%".replace(".", ",") if atual.taxa_percentual else ""
        return f"{destino}{prazo}{taxa}"


@admin.register(Adquirente)
class AdquirenteAdmin(CadastroAdmin):
    form = FormularioAdquirente
    list_display = ["nome", "cnpj_formatado"]
    search_fields = ["nome"]
    search_help_text = "Nome do adquirente"
    fieldsets = [
        (None, {"fields": ["nome", "cnpj"], "description": "Quem paga as vendas em cartão e vale."}),
    ]

    @admin.display(description="CNPJ")
    def cnpj_formatado(self, adquirente: Adquirente) -> str:
        return formatar(adquirente.cnpj)
