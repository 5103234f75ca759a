"""Lists over staging that open at once whatever the table's size.

The rule: no COUNT(*) (AdminBase), no sorting by a click, no look-up by URL that a filter does not declare, and every
query is served by one of these:

- nothing asked, the newest: the primary key, backwards;
- situação pendente, com erro, ignorada, and erro: the partial indexes `..._pendente`, `..._erro`, `..._ignorada`;
- à espera: the partial index `hiperpdv_operacao_aguarda`;
- a period: the primary key, for a moment is a range of ids (`filas.faixas`);
- search: `selectors.busca`, which says its indexes;
- situação efetuada, espécie, PDV, filial, resultado, and a user who sees some filiais only: the primary key,
  backwards, over the newest `JANELA` rows of the period, and the list says how far it looked.

The last line is what keeps a rare value (a devolução among ten million vendas) from reading the whole table; an index
for each would be paid by every row that arrives.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.acesso.escopo import filiais_de
from erp.cadastros.models import PontoVenda
from filas.faixas import Faixa, extremos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.formatos import data_hora

JANELA = 500_000
SERVIDAS_POR_INDICE = frozenset({"0", "1", "2"})  # situações with a partial index
SEM_CUSTO = frozenset({"quando", "p", "q", "e", "_changelist_filters", "_popup"})


class ListaRapida(SomenteLeitura, AdminBase):
    """A window on a table that only grows; `campo_tempo` is the moment that its ids follow."""

    campo_filial: str | None = "filial_id"
    campo_tempo = "recebido_em"
    ordering = ["-pk"]
    sortable_by = ()
    list_display_links: Any = None
    search_fields = ("pk",)  # shows the box; `buscar` does the looking
    filtros_livres: frozenset[str] = frozenset()  # filters beyond the partial indexes that cost nothing
    # the filters are links and lists, sent together
    list_filter_sheet = True

    class Media:
        css = {"all": ["pdv/retaguarda.css"]}

    def buscar(self, termo: str) -> set[int] | None:
        """The ids that match what was typed; None where this list has no search."""
        return None

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the declared filters: `?observacao__contains=x` would read the table."""
        return lookup in {nome for filtro in self.get_list_filter(request) for nome in _parametros(filtro)}  # type: ignore[arg-type]  # always called with one

    def get_search_fields(self, request: HttpRequest) -> Any:
        return super().get_search_fields(request) if type(self).buscar is not ListaRapida.buscar else ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        request.campo_tempo = self.campo_tempo  # type: ignore[attr-defined]  # read by the filter of period
        resposta: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(resposta, TemplateResponse) and (ate := getattr(request, "janela_ate", None)):
            messages.info(
                request,
                f"A lista procurou entre as recebidas desde {data_hora(ate)}. Para ver mais antigas, escolha um período.",
            )
        return resposta

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if search_term.strip():
            return queryset.filter(pk__in=self.buscar(search_term.strip()) or ()), False
        if request.method == "POST" and request.POST.get("select_across") != "1":
            return queryset, False  # an action on rows named one by one
        return (self._na_janela(request, queryset) if self._precisa_de_janela(request) else queryset), False

    def _precisa_de_janela(self, request: HttpRequest) -> bool:
        filtros = {nome for nome, valor in request.GET.items() if valor and nome not in SEM_CUSTO | self.filtros_livres}
        if request.GET.get("situacao") in SERVIDAS_POR_INDICE or "erro" in filtros:
            return False
        periodo = {f"{self.campo_tempo}_from", f"{self.campo_tempo}_to"}
        return bool(filtros - periodo) or filiais_de(request.user) is not None

    def _na_janela(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        faixa: Faixa | None = getattr(request, "faixa", None) or extremos(self.model)
        if faixa is None or faixa.fim - faixa.inicio < JANELA:
            return queryset
        inicio = faixa.fim - JANELA + 1
        mais_antiga = self.model._default_manager.filter(pk__gte=inicio).order_by("pk")
        request.janela_ate = mais_antiga.values_list(self.campo_tempo, flat=True).first()  # type: ignore[attr-defined]  # ours
        return queryset.filter(pk__gte=inicio)


def _parametros(filtro: Any) -> tuple[str, ...]:
    """What a filter takes from the address."""
    if isinstance(filtro, tuple):
        return f"{filtro[0]}_from", f"{filtro[0]}_to"
    return (filtro.parameter_name,)


class ComPontoVenda(ListaRapida):
    """Names the till of each row, read for the rows shown only."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        nome = PontoVenda.objects.filter(pk=OuterRef("ponto_venda_id")).values("nome")[:1]
        linhas: QuerySet[Any] = super().get_queryset(request).annotate(pdv_nome=Subquery(nome))
        return linhas

    @coluna("PDV")
    def pdv(self, linha: Any) -> str:
        return linha.pdv_nome or f"PDV {linha.ponto_venda_id} (não cadastrado)"
