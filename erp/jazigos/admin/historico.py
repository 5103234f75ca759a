"""What was charged and adjusted: windows on rows that never change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import TextFilter

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_dia, coluna_instante
from erp.cadastros.formatos import numero, reais
from erp.financeiro.admin.origem import elo
from erp.jazigos.importacao import ler_mes
from erp.jazigos.models import Cobranca, Reajuste


class CompetenciaFilter(TextFilter):  # type: ignore[misc]  # unfold has no types
    """One month, as `03/2026`."""

    title = "competência (mm/aaaa)"
    parameter_name = "competencia"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        texto = (self.value() or "").strip()
        if not texto:
            return queryset
        try:
            return queryset.filter(competencia=ler_mes(texto))
        except ValueError:
            return queryset.none()


class _DoContrato(SomenteLeitura, AdminBase):
    campo_filial = "contrato__cemiterio__filial_id"
    list_select_related = ["contrato__titular"]
    search_fields = ["contrato"]
    search_help_text = "Número do contrato, como J12"
    sortable_by = ()
    ordering = ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip().upper().removeprefix("J").partition("-")[0]
        if not termo:
            return queryset, False
        achou = termo.isascii() and termo.isdecimal() and len(termo) < 10
        return (queryset.filter(contrato=int(termo)) if achou else queryset.none()), False

    @admin.display(description="contrato")
    def contrato_(self, linha: Any) -> str:
        return elo("jazigos_contratomanutencao_change", linha.contrato_id, f"J{linha.contrato_id}")

    @admin.display(description="titular")
    def titular(self, linha: Any) -> str:
        return str(linha.contrato.titular)


@admin.register(Cobranca)
class CobrancaAdmin(_DoContrato):
    """Served by the primary key (newest first) and `cobranca_competencia`."""

    list_display = ["competencia_", "contrato_", "titular", "dias_", "valor_periodo_", "valor_", "vence", "versao_"]
    list_display_links = ["competencia_"]
    list_filter = [CompetenciaFilter]
    vence = coluna_dia("vencimento", "vencimento")
    fields = [
        "contrato_", "titular", "competencia_", "inicio", "fim", "dias_", "valor_periodo_", "valor_", "vencimento",
        "versao_", "sequencia", "feita_em",
    ]  # fmt: skip
    readonly_fields = ["contrato_", "titular", "competencia_", "dias_", "valor_periodo_", "valor_", "versao_"]

    @admin.display(description="competência")
    def competencia_(self, cobranca: Cobranca) -> str:
        return f"{cobranca.competencia:%m/%Y}"

    @admin.display(description="versão")
    def versao_(self, cobranca: Cobranca) -> str:
        """As on the contract's page: the one that was put in the place of another says so."""
        return f"{cobranca.versao + 1}ª"

    @admin.display(description="dias")
    def dias_(self, cobranca: Cobranca) -> str:
        return f"{cobranca.dias} de {cobranca.dias_periodo}"

    @admin.display(description="valor do período")
    def valor_periodo_(self, cobranca: Cobranca) -> SafeString:
        return reais(cobranca.valor_periodo)

    @admin.display(description="valor cobrado")
    def valor_(self, cobranca: Cobranca) -> SafeString:
        return reais(cobranca.valor)


@admin.register(Reajuste)
class ReajusteAdmin(_DoContrato):
    list_display = ["quando", "contrato_", "titular", "indice_", "percentual_", "anterior", "novo", "desde"]
    list_display_links = ["quando"]
    quando = coluna_instante("feito_em", "feito em")
    desde = coluna_dia("vale_desde", "vale desde")
    fields = [
        "contrato_", "titular", "devido_em", "vale_desde", "indice_", "percentual_", "anterior", "novo", "motivo", "por",
        "feito_em",
    ]  # fmt: skip
    readonly_fields = ["contrato_", "titular", "indice_", "percentual_", "anterior", "novo"]

    @admin.display(description="por")
    def indice_(self, reajuste: Reajuste) -> str:
        if not reajuste.indice or reajuste.mes_inicial is None or reajuste.mes_final is None:
            return "acordo"
        return f"{reajuste.indice} de {reajuste.mes_inicial:%m/%Y} a {reajuste.mes_final:%m/%Y}"

    @admin.display(description="acumulado (%)")
    def percentual_(self, reajuste: Reajuste) -> SafeString | str:
        return "–" if reajuste.percentual is None else numero(reajuste.percentual, 4, 2)

    @admin.display(description="valor anterior")
    def anterior(self, reajuste: Reajuste) -> SafeString:
        return reais(reajuste.valor_anterior)

    @admin.display(description="valor novo")
    def novo(self, reajuste: Reajuste) -> SafeString:
        return reais(reajuste.valor_novo)
