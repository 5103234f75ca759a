"""Instalments, due dates and fees."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp.financeiro.rules import parcelar, taxa, vencimentos


@given(st.decimals("0.01", "9999999.99", places=2), st.integers(1, 99))
def test_as_parcelas_somam_o_todo_e_a_primeira_leva_a_sobra(valor: D, parcelas: int) -> None:
    partes = parcelar(valor, parcelas)
    assert sum(partes) == valor
    assert len(partes) == parcelas
    assert len(set(partes[1:])) <= 1
    assert 0 <= partes[0] - partes[-1] < D("0.01") * parcelas
    assert all(p == p.quantize(D("0.01")) and p >= 0 for p in partes)


@pytest.mark.parametrize(
    ("valor", "percentual", "esperado"),
    [
        ("100.00", "2.99", "2.99"),
        ("0.50", "1", "0.01"),  # 0,005 rounds up
        ("0.49", "1", "0.00"),
        ("33.33", "0", "0.00"),
    ],
)
def test_a_taxa_arredonda_meio_centavo_para_cima(valor: str, percentual: str, esperado: str) -> None:
    assert taxa(D(valor), D(percentual)) == D(esperado)


def test_vencimentos_seguem_a_primeira_e_o_intervalo() -> None:
    assert vencimentos(date(2026, 1, 31), 30, 30, 3) == [date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 1)]
