from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdv.terminal.rateio import ratear


@pytest.mark.parametrize(
    ("valor", "pesos", "partes"),
    [
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),  # the cent that is left: first of equals
        ("10.00", ["1", "2", "1"], ["2.50", "5.00", "2.50"]),
        ("0.01", ["5", "7", "5"], ["0.00", "0.01", "0.00"]),  # the largest takes it
        ("0.00", ["5", "7"], ["0.00", "0.00"]),
        ("1.00", ["0", "0"], ["0.50", "0.50"]),  # no weights: equal parts
        ("100.00", ["33.33"], ["100.00"]),
        ("-0.05", ["1", "1"], ["-0.03", "-0.02"]),
    ],
)
def test_ratear(valor: str, pesos: list[str], partes: list[str]) -> None:
    assert ratear(D(valor), [D(p) for p in pesos]) == [D(p) for p in partes]


@given(
    valor=st.decimals(0, 10**9, places=2),
    pesos=st.lists(st.decimals(0, 10**6, places=2), min_size=1, max_size=60),
)
def test_partes_somam_o_todo_e_nenhuma_e_negativa(valor: D, pesos: list[D]) -> None:
    partes = ratear(valor, pesos)
    assert sum(partes) == valor
    assert all(parte >= 0 for parte in partes)
