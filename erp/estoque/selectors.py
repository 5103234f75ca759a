"""What the stock ledger says."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum

from erp.cadastros.models import Produto
from erp.estoque.models import Movimento, Origem, Saldo
from erp.estoque.rules import ZERO


class Cursor(NamedTuple):
    """Where a page of balances ended: product code, filial id."""

    codigo: int
    filial_id: int


def pagina_de_saldos(
    filiais: frozenset[int] | None, *, busca: str, negativos: bool, depois: Cursor | None, quantos: int
) -> QuerySet[Saldo]:
    """Balances in order of product code and filial, from after `depois`; `filiais` None is every one.

    Served by the unique index of the product's code, the balance's index by product, and the words' index.
    """
    saldos = Saldo.objects.select_related("produto", "filial").order_by("produto__codigo", "filial_id")
    if filiais is not None:
        saldos = saldos.filter(filial_id__in=filiais)
    if busca.strip():
        saldos = saldos.filter(produto__in=Produto.objects.buscar(busca))
    if negativos:
        saldos = saldos.filter(quantidade__lt=0)
    if depois is not None:
        saldos = saldos.filter(produto__codigo__gte=depois.codigo).filter(
            Q(produto__codigo__gt=depois.codigo) | Q(filial_id__gt=depois.filial_id)
        )
    return saldos[:quantos]


def valor_do_estoque(filial_id: int) -> Decimal:
    """The stock of a filial at cost: the sum of its balances."""
    soma: Decimal = Saldo.objects.filter(filial_id=filial_id).aggregate(soma=Sum("valor", default=ZERO))["soma"]
    return soma


def movimentos_do_documento(documento_id: int) -> QuerySet[Movimento]:
    """The entries that a document made."""
    return (
        Movimento.objects.filter(origem=Origem.MANUAL, origem_id=documento_id)
        .select_related("produto")
        .order_by("sequencia")
    )


def linhas_do_documento(linhas: Sequence[dict[str, Any]]) -> list[tuple[Produto | None, Decimal, Decimal | None]]:
    """What was entered, with the products found."""
    produtos = Produto.objects.in_bulk({linha["produto_id"] for linha in linhas})
    return [
        (
            produtos.get(linha["produto_id"]),
            Decimal(linha["quantidade"]),
            None if linha["custo"] is None else Decimal(linha["custo"]),
        )
        for linha in linhas
    ]
