"""Pix received, whoever they were for: a window that says which are of no charge of ours."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter

from erp.acesso import escopo
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.filtros import PeriodoFilter
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.formatos import reais
from erp.cobrancas.models import PixRecebido
from erp.financeiro.admin.origem import elo


class CobrancaFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`pix_sem_cobranca`."""

    title = "cobrança"
    parameter_name = "cobranca"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sem", "De nenhuma cobrança nossa"), ("com", "De cobrança nossa")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(cobranca__isnull=self.value() == "sem") if self.value() in ("sem", "com") else queryset


@admin.register(PixRecebido)
class PixRecebidoAdmin(SomenteLeitura, AdminBase):
    """Newest first; served by the primary key and `pix_horario`. What is of nobody's filial is seen by all who see Pix."""

    lista_vazia = (
        "Os Pix que o banco disser que recebeu aparecem aqui sozinhos, de 12 em 12 minutos ou quando ele avisa."
    )
    list_display = ["quando", "valor_", "devolvido_", "cobranca_", "txid", "e2eid"]
    list_display_links = ["quando"]
    list_filter = [CobrancaFilter, ("horario", PeriodoFilter)]
    list_before_template = "cadastros/periodo_da_lista.html"
    search_fields = ["=e2eid"]
    search_help_text = "endToEndId"
    ordering = ["-pk"]
    sortable_by = ()
    quando = coluna_instante("horario", "quando")
    fields = ["horario", "valor_", "devolvido_", "cobranca_", "txid", "e2eid", "recebido_em"]
    readonly_fields = ["valor_", "devolvido_", "cobranca_"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        filiais = escopo.filiais_de(usuario_de(request))
        if filiais is None:
            return linhas
        return linhas.filter(Q(cobranca__isnull=True) | Q(cobranca__filial_id__in=filiais))

    @admin.display(description="valor")
    def valor_(self, pix: PixRecebido) -> SafeString:
        return reais(pix.valor)

    @admin.display(description="devolvido")
    def devolvido_(self, pix: PixRecebido) -> SafeString:
        return reais(pix.devolvido)

    @admin.display(description="cobrança")
    def cobranca_(self, pix: PixRecebido) -> str:
        if pix.cobranca_id is None:
            return "nenhuma nossa"
        return elo("cobrancas_cobranca_change", pix.cobranca_id, f"nº {pix.cobranca_id}")
