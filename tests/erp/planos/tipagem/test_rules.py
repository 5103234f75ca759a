from __future__ import annotations

from datetime import date

import pytest

from erp.planos.tipagem.rules import aniversarios


@pytest.mark.parametrize(
    ("referencia", "primeiro", "ultimo"),
    [
        (date(2026, 11, 22), (1122, date(2026, 11, 22)), (1129, date(2026, 11, 29))),
        (date(2026, 12, 28), (1228, date(2026, 12, 28)), (104, date(2027, 1, 4))),  # over the year's end
        (date(2024, 2, 25), (225, date(2024, 2, 25)), (303, date(2024, 3, 3))),
    ],
)
def test_de_hoje_a_sete_dias_inclusive(referencia: date, primeiro: tuple[int, date], ultimo: tuple[int, date]) -> None:
    achados = list(aniversarios(referencia).items())
    assert (achados[0], achados[-1], len(achados)) == (primeiro, ultimo, 8)


@pytest.mark.parametrize(
    ("referencia", "quando"),
    [
        (date(2024, 2, 25), date(2024, 2, 29)),  # a leap year has the day itself
        (date(2026, 2, 22), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 2, 28)),
        (date(2026, 3, 1), None),
        (date(2100, 2, 25), date(2100, 2, 28)),  # divisible by 100: no leap year
    ],
)
def test_quem_nasceu_em_29_de_fevereiro_faz_anos_todo_ano(referencia: date, quando: date | None) -> None:
    assert aniversarios(referencia).get(229) == quando
