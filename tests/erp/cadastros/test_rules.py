from __future__ import annotations

from datetime import date

import pytest

from erp.cadastros.rules import Periodo, primeiro_dia_aberto

JAN, FEV = Periodo(date(2026, 1, 1), date(2026, 1, 31)), Periodo(date(2026, 2, 1), date(2026, 2, 28))
ABR = Periodo(date(2026, 4, 1), date(2026, 4, 30))


@pytest.mark.parametrize(
    ("dia", "fechados", "esperado"),
    [
        (date(2026, 1, 15), [], date(2026, 1, 15)),
        (date(2025, 12, 31), [JAN], date(2025, 12, 31)),  # the day before
        (date(2026, 1, 1), [JAN], date(2026, 2, 1)),  # first day of it
        (date(2026, 1, 31), [JAN], date(2026, 2, 1)),  # last day of it
        (date(2026, 1, 15), [FEV, JAN], date(2026, 3, 1)),  # two that touch, in any order
        (date(2026, 1, 15), [JAN, ABR], date(2026, 2, 1)),  # an open stretch between
        (date(2026, 2, 10), [JAN, Periodo(date(2026, 1, 20), date(2026, 3, 5))], date(2026, 3, 6)),  # overlapping
    ],
)
def test_primeiro_dia_aberto(dia: date, fechados: list[Periodo], esperado: date) -> None:
    assert primeiro_dia_aberto(dia, fechados) == esperado
