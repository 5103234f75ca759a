"""Generations with their entries of the three ledgers, none left out: a fixed number of queries, each by an index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from erp.estoque.models import Movimento
from erp.estoque.models import Origem as OrigemEstoque
from erp.financeiro.models import Baixa, Lancamento, Titulo
from erp.financeiro.models import Origem as OrigemFinanceiro
from pdv.processamento.models import Geracao


@dataclass
class Entradas:
    """What one generation posted, inverses included: each list is in the order of posting."""

    movimentos: list[Movimento] = field(default_factory=list)
    lancamentos: list[Lancamento] = field(default_factory=list)
    titulos: list[Titulo] = field(default_factory=list)
    baixas: list[Baixa] = field(default_factory=list)


@dataclass
class GeracaoComEntradas(Entradas):
    """`de_outras` are the entries that reverse this generation's under another one, a cancelamento's, by its id."""

    geracao: Geracao = field(kw_only=True)
    de_outras: dict[int, Entradas] = field(default_factory=dict)


def geracoes_com_entradas(geracoes: QuerySet[Geracao]) -> list[GeracaoComEntradas]:
    """Generations, oldest first."""
    achadas = {g.pk: GeracaoComEntradas(geracao=g) for g in geracoes.order_by("numero")}
    if not achadas:
        return []
    for lista, entradas in _consultar(
        Q(origem=OrigemEstoque.PDV, origem_id__in=achadas), Q(origem=OrigemFinanceiro.PDV, origem_id__in=achadas)
    ):
        for entrada in entradas:
            getattr(achadas[entrada.origem_id], lista).append(entrada)
    _juntar_de_outras(achadas)
    return list(achadas.values())


def _juntar_de_outras(achadas: dict[int, GeracaoComEntradas]) -> None:
    """The inverses that somebody else posted: found by what they reverse (`..._um_estorno`)."""
    donos = {
        nome: {e.pk: g for g in achadas.values() for e in getattr(g, nome)}
        for nome in ("movimentos", "lancamentos", "titulos", "baixas")
    }
    for nome, entradas in _por_estorno({nome: list(ids) for nome, ids in donos.items()}):
        for entrada in entradas:
            if entrada.origem_id is not None and entrada.origem_id not in achadas:
                dono = donos[nome][entrada.estorno_de_id if nome == "baixas" else entrada.estorno_de]
                getattr(dono.de_outras.setdefault(entrada.origem_id, Entradas()), nome).append(entrada)


def _consultar(estoque: Q, dinheiro: Q) -> Iterable[tuple[str, QuerySet[Any]]]:
    return (
        ("movimentos", Movimento.objects.filter(estoque).select_related("produto").order_by("id")),
        ("lancamentos", Lancamento.objects.filter(dinheiro).select_related("conta").order_by("id")),
        ("titulos", Titulo.objects.filter(dinheiro).order_by("id")),
        ("baixas", Baixa.objects.filter(dinheiro).select_related("titulo").order_by("id")),
    )


def _por_estorno(ids: dict[str, list[int]]) -> Iterable[tuple[str, QuerySet[Any]]]:
    da_operacao = Q(origem=OrigemFinanceiro.PDV)
    return (
        (
            "movimentos",
            Movimento.objects.filter(estorno_de__in=ids["movimentos"]).select_related("produto").order_by("id"),
        ),
        (
            "lancamentos",
            Lancamento.objects.filter(estorno_de__in=ids["lancamentos"]).select_related("conta").order_by("id"),
        ),
        ("titulos", Titulo.objects.filter(estorno_de__in=ids["titulos"]).order_by("id")),
        (
            "baixas",
            Baixa.objects.filter(da_operacao, estorno_de__in=ids["baixas"]).select_related("titulo").order_by("id"),
        ),
    )


def baixas_de(titulos: list[int]) -> dict[int, list[Baixa]]:
    """Title -> its settlements, their inverses included, in the order of posting."""
    achadas: dict[int, list[Baixa]] = {}
    if titulos:
        for baixa in Baixa.objects.filter(titulo_id__in=titulos).order_by("id"):
            achadas.setdefault(baixa.titulo_id, []).append(baixa)
    return achadas
