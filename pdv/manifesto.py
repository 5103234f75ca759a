"""What a manifest is, for both ends: the shop's day, ranges of numbers, and the hash of what was done. Pure.

A till's manifest says what it did in one day or turno. The retaguarda makes the same count and the same hash of what
it has, and names what is missing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

FUSO = ZoneInfo("America/Sao_Paulo")
Faixas = list[tuple[int, int]]  # both ends included, ascending, apart from each other


def dia_da_loja(instante: datetime) -> date:
    """The shop's day of an operation: that of its `data_hora_inicio`, which is never null and never changes."""
    return instante.astimezone(FUSO).date()


def limites_do_dia(dia: date) -> tuple[datetime, datetime]:
    """The first instant of a day of the shop, and the first of the next."""
    return datetime.combine(dia, time.min, FUSO), datetime.combine(dia + timedelta(days=1), time.min, FUSO)


def em_faixas(numeros: Iterable[int]) -> Faixas:
    """`[1, 2, 3, 7]` -> `[(1, 3), (7, 7)]`; in any order, repeated or not."""
    faixas: Faixas = []
    for numero in sorted(set(numeros)):
        if faixas and faixas[-1][1] == numero - 1:
            faixas[-1] = (faixas[-1][0], numero)
        else:
            faixas.append((numero, numero))
    return faixas


def quantos(faixas: Iterable[Sequence[int]]) -> int:
    """How many numbers the ranges hold."""
    return sum(ate - de + 1 for de, ate in faixas)


def numeros(faixas: Iterable[Sequence[int]]) -> set[int]:
    """Every number of the ranges."""
    return {numero for de, ate in faixas for numero in range(de, ate + 1)}


class Impressao:
    """The hash over (id_operacao, guid, valor_total, cancelado), operations in the order of their numbers."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()

    def somar(self, id_operacao: int, guid: UUID, valor_total: Decimal, cancelado: bool) -> None:
        self._sha.update(f"{id_operacao}|{guid}|{valor_total:.2f}|{int(cancelado)}\n".encode())

    def hexa(self) -> str:
        return self._sha.hexdigest()
