"""Average cost, by pure arithmetic on plain values (design 5.3)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

MICRO = Decimal("0.000001")
ZERO = Decimal(0)


class MovimentoNovo(NamedTuple):
    """A stock entry to be posted. `custo` None is stamped with the average at posting.

    `valor` given (an inverse) stands as it is; otherwise it is quantidade x custo to 6 decimals.
    """

    filial_id: int
    produto_id: int
    natureza: int
    quantidade: Decimal
    custo: Decimal | None
    ocorrido_em: datetime
    data_contabil: date
    origem: int
    origem_id: int
    sequencia: int
    valor: Decimal | None = None
    estorno_de: int | None = None


def sequencia_do_residuo(sequencia: int) -> int:
    """The sequence of an entry's residue: out of the way of entries (0..999,999) and of their inverses."""
    return sequencia + 1_000_000 if sequencia >= 0 else sequencia - 2_000_000


def sequencia_do_estorno(sequencia: int) -> int:
    """The sequence of an entry's inverse, in the same generation: 0 -> -1, 1 -> -2, ..."""
    return -1 - sequencia


class SaldoAtual(NamedTuple):
    """A balance under lock: quantity, value (sum of stamped entries), last average cost."""

    quantidade: Decimal = ZERO
    valor: Decimal = ZERO
    custo_medio: Decimal = ZERO


def aplicar(saldo: SaldoAtual, movimento: MovimentoNovo) -> tuple[SaldoAtual, Decimal, Decimal, Decimal]:
    """Post one entry on a balance.

    Returns the new balance, the stamped cost, the entry's value, and the residue: what is left of the value when the
    quantity comes to zero, to be posted as an entry of its own with the sign inverted.
    """
    custo = movimento.custo if movimento.custo is not None else saldo.custo_medio
    valor = movimento.valor
    if valor is None:
        valor = (movimento.quantidade * custo).quantize(MICRO, ROUND_HALF_UP)
    quantidade = saldo.quantidade + movimento.quantidade
    total = saldo.valor + valor
    residuo = ZERO
    if quantidade == 0:
        residuo, total = total, ZERO
    medio = saldo.custo_medio
    if movimento.custo is not None and quantidade > 0 and total > 0:  # at the average itself, the average stands
        medio = (total / quantidade).quantize(MICRO, ROUND_HALF_UP)
    return SaldoAtual(quantidade, total, medio), custo, valor, residuo
