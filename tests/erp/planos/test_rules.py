from __future__ import annotations

from datetime import date

import pytest

from erp.planos.rules import (
    avisos_contados,
    prazo_de_cancelamento,
    primeiro_vencimento,
    retomar,
    seguinte,
    somar_meses,
    vencimentos,
)


def d(texto: str) -> date:
    return date.fromisoformat(texto)


@pytest.mark.parametrize(
    ("base", "meses", "dia", "esperado"),
    [
        ("2026-01-31", 1, None, "2026-02-28"),
        ("2024-01-31", 1, None, "2024-02-29"),
        ("2024-02-29", 12, None, "2025-02-28"),
        ("2026-02-28", 1, 31, "2026-03-31"),  # the contract's day comes back after a short month
        ("2026-12-10", 1, None, "2027-01-10"),
        ("2026-01-10", -1, None, "2025-12-10"),
    ],
)
def test_somar_meses_fica_no_ultimo_dia_do_mes_mais_curto(
    base: str, meses: int, dia: int | None, esperado: str
) -> None:
    assert somar_meses(d(base), meses, dia) == d(esperado)


def test_vencimentos_do_dia_31_voltam_ao_31() -> None:
    assert vencimentos(d("2023-12-31"), 31, d("2024-05-01")) == [
        d("2023-12-31"), d("2024-01-31"), d("2024-02-29"), d("2024-03-31"), d("2024-04-30"),
    ]  # fmt: skip
    assert vencimentos(d("2024-05-01"), 1, d("2024-05-01")) == []
    assert seguinte(d("2024-02-29"), 30) == d("2024-03-30")


@pytest.mark.parametrize(
    ("inicio", "dia", "esperado"),
    [("2026-03-10", 10, "2026-03-10"), ("2026-03-10", 9, "2026-04-09"), ("2026-02-10", 31, "2026-02-28")],
)
def test_primeiro_vencimento_e_o_dia_do_contrato_do_inicio_em_diante(inicio: str, dia: int, esperado: str) -> None:
    assert primeiro_vencimento(d(inicio), dia) == d(esperado)


def test_retomar_nao_cobra_os_meses_sem_cobertura() -> None:
    assert retomar(d("2025-03-10"), 10, d("2026-07-10")) == d("2026-08-10")
    assert retomar(d("2027-03-10"), 10, d("2026-07-10")) == d("2027-03-10")  # issued ahead: goes on from there


@pytest.mark.parametrize(
    ("entregas", "contam"),
    [
        ([], []),
        (["2026-01-10"], []),  # the debt began that day: it told of another
        (["2026-01-11"], ["2026-01-11"]),
        (["2026-01-20", "2026-02-03"], ["2026-01-20"]),  # 14 days: one short
        (["2026-02-04", "2026-01-20"], ["2026-01-20", "2026-02-04"]),
        (["2026-01-20", "2026-01-21", "2026-02-04", "2026-02-05"], ["2026-01-20", "2026-02-04"]),
    ],
)
def test_avisos_contam_depois_da_divida_e_espacados(entregas: list[str], contam: list[str]) -> None:
    assert avisos_contados(map(d, entregas), d("2026-01-10"), 15) == [d(dia) for dia in contam]


@pytest.mark.parametrize(
    ("contados", "exigidos", "dia", "pode", "proximo"),
    [
        ([], 0, "2026-01-01", True, 0),  # a contract that asks for none
        ([], 2, "2026-01-01", False, 1),
        (["2026-01-01"], 2, "2026-01-15", False, 0),  # the next one, one day from now
        (["2026-01-01"], 2, "2026-01-16", False, 2),
        (["2026-01-01", "2026-01-16"], 2, "2026-01-16", False, 0),  # never on the day of the notice
        (["2026-01-01", "2026-01-16"], 2, "2026-01-30", False, 0),
        (["2026-01-01", "2026-01-16"], 2, "2026-01-31", True, 0),
    ],
)
def test_prazo_de_cancelamento_da_tempo_de_responder(
    contados: list[str], exigidos: int, dia: str, pode: bool, proximo: int
) -> None:
    prazo = prazo_de_cancelamento([d(c) for c in contados], exigidos, 15, d(dia))
    assert (prazo.pode, prazo.proximo, prazo.contados) == (pode, proximo, len(contados))
