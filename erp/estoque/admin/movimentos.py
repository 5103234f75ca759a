"""The stock entries: a window."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.filtros import DiaContabilFilter, FilialFilter, OrdemDaJanela, ProdutoFilter
from erp.cadastros.formatos import numero, reais
from erp.estoque.models import Movimento, Origem


class UltimosDiasFilter(DiaContabilFilter):
    dias = 7


@admin.register(Movimento)
class MovimentoAdmin(OrdemDaJanela, SomenteLeitura, AdminBase):
    """Served by `movimento_dia` (a stretch of days) and the primary key (newest first)."""

    campo_filial = "filial_id"
    list_display = [
        "dia", "filial", "produto", "natureza", "quantidade_", "custo_", "valor_", "documento", "inverso",
    ]  # fmt: skip
    list_display_links = ["dia"]
    list_select_related = ["filial", "produto"]
    list_filter = [
        ("data_contabil", UltimosDiasFilter), FilialFilter, ("natureza", ChoicesDropdownFilter), ProdutoFilter,
    ]  # fmt: skip
    list_before_template = "cadastros/periodo_da_lista.html"
    dia = coluna_dia("data_contabil", "data contábil")
    sortable_by = ()
    fields = [
        "filial", "produto", "natureza", "quantidade_", "custo_", "valor_", "ocorrido_em", "lancado_em", "data_contabil",
        "documento", "inverso",
    ]  # fmt: skip

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    @admin.display(description="quantidade")
    def quantidade_(self, movimento: Movimento) -> SafeString:
        return numero(movimento.quantidade, 4)

    @admin.display(description="custo unitário")
    def custo_(self, movimento: Movimento) -> SafeString:
        return numero(movimento.custo, 6, minimo=2)

    @admin.display(description="valor")
    def valor_(self, movimento: Movimento) -> SafeString:
        return reais(movimento.valor)

    @admin.display(description="de onde veio")
    def documento(self, movimento: Movimento) -> str:
        return elo_da_origem(movimento.origem, movimento.origem_id)

    @admin.display(description="estorno de")
    def inverso(self, movimento: Movimento) -> str:
        if movimento.estorno_de is None:
            return "–"
        endereco = reverse("admin:estoque_movimento_change", args=[movimento.estorno_de])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', endereco, movimento.estorno_de
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields


def elo_da_origem(origem: int, origem_id: int) -> str:
    """A link to what explains an entry: the till's operation as processed, or the document of a person."""
    manual = origem == Origem.MANUAL
    nome = "admin:estoque_documentoestoque_change" if manual else "admin:processamento_geracao_change"
    rotulo = f"documento {origem_id}" if manual else f"operação do PDV, geração {origem_id}"
    try:
        endereco = reverse(nome, args=[origem_id])
    except NoReverseMatch:  # the upper app that explains it is not installed here
        return rotulo
    return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', endereco, rotulo)
