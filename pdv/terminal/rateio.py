"""Splitting money to the cent."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

CENTAVO = Decimal("0.01")


def ratear(valor: Decimal, pesos: Sequence[Decimal]) -> list[Decimal]:
    """Parts of `valor` in proportion to `pesos` (not negative, at least one), in cents, that sum to it.

    Each part is cut at the cent; the cents that are left go to the largest weight, the first of equals.
    Weights that are all zero count as equal.
    """
    total = sum(pesos)
    if total == 0:
        pesos, total = [Decimal(1)] * len(pesos), Decimal(len(pesos))
    partes = [(valor * peso / total).quantize(CENTAVO, ROUND_DOWN) for peso in pesos]
    maior = max(range(len(pesos)), key=pesos.__getitem__)
    partes[maior] += valor - sum(partes)
    return partes
