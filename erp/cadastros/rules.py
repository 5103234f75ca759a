"""The accounting date, by pure arithmetic on plain values (design 5.3)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple


class Periodo(NamedTuple):
    """A closed stretch of days, both ends in it."""

    inicio: date
    fim: date


def primeiro_dia_aberto(dia: date, fechados: Iterable[Periodo]) -> date:
    """`dia` itself when it is open, else the first open day after it. The closed stretches may overlap and touch."""
    for periodo in sorted(fechados):
        if periodo.inicio <= dia <= periodo.fim:
            dia = periodo.fim + timedelta(days=1)
    return dia
