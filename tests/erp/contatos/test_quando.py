"""When: hours of silence, days on which reminders fall, steps of the régua. Tables with the arithmetic beside the row."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from erp.contatos.recorrencia import Repete, dias_a_procurar, passo_devido, proxima, ultima
from erp.contatos.silencio import Silencio, do_modelo

LOJA = ZoneInfo("America/Sao_Paulo")
NOITE = Silencio(time(20), time(8))


def _em(texto: str) -> datetime:
    return datetime.fromisoformat(texto).replace(tzinfo=LOJA)


@pytest.mark.parametrize(
    ("agora", "fim"),
    [
        ("2026-11-22T19:59:59", None),
        ("2026-11-22T20:00:00", "2026-11-23T08:00:00"),
        ("2026-11-22T23:59:59", "2026-11-23T08:00:00"),
        ("2026-11-23T00:00:00", "2026-11-23T08:00:00"),
        ("2026-11-23T07:59:59", "2026-11-23T08:00:00"),
        ("2026-11-23T08:00:00", None),
        ("2026-12-31T22:00:00", "2027-01-01T08:00:00"),
        ("2028-02-28T22:00:00", "2028-02-29T08:00:00"),
    ],
)
def test_silencio_que_passa_da_meia_noite(agora: str, fim: str | None) -> None:
    assert NOITE.fim(_em(agora)) == (None if fim is None else _em(fim))


def test_silencio_e_do_relogio_da_loja_e_nao_do_servidor() -> None:
    """22:30 in UTC is 19:30 in São Paulo: still an hour to write in."""
    assert NOITE.fim(datetime(2026, 11, 22, 22, 30, tzinfo=ZoneInfo("UTC"))) is None
    assert NOITE.fim(datetime(2026, 11, 22, 23, 0, tzinfo=ZoneInfo("UTC"))) == _em("2026-11-23T08:00:00")


def test_silencio_no_meio_do_dia_e_silencio_nenhum() -> None:
    almoco = Silencio(time(12), time(14))
    assert almoco.fim(_em("2026-11-22T13:00:00")) == _em("2026-11-22T14:00:00")
    assert almoco.fim(_em("2026-11-22T14:00:00")) is None
    assert Silencio(time(8), time(8)).fim(_em("2026-11-22T08:00:00")) is None


def test_o_silencio_do_modelo_vale_mais_que_o_da_empresa() -> None:
    geral = (time(20), time(8))
    assert do_modelo(None, None, geral) == NOITE
    assert do_modelo(time(18), time(9), geral) == Silencio(time(18), time(9))


@pytest.mark.parametrize(
    ("repete", "primeira", "dia", "vez"),
    [
        (Repete.NUNCA, "2026-11-20", "2026-11-22", "2026-11-20"),
        (Repete.NUNCA, "2026-11-23", "2026-11-22", None),
        (Repete.DIARIA, "2026-11-01", "2026-11-22", "2026-11-22"),
        (Repete.UTEIS, "2026-11-02", "2026-11-22", "2026-11-20"),  # a Sunday: Friday
        (Repete.UTEIS, "2026-11-21", "2026-11-22", None),  # begins on a Saturday
        (Repete.SEMANAL, "2026-11-03", "2026-11-22", "2026-11-17"),  # Tuesdays
        (Repete.MENSAL, "2026-01-31", "2026-02-28", "2026-02-28"),
        (Repete.MENSAL, "2026-01-31", "2026-03-30", "2026-02-28"),
        (Repete.MENSAL, "2026-01-31", "2026-03-31", "2026-03-31"),
        (Repete.MENSAL, "2027-12-31", "2028-02-29", "2028-02-29"),
        (Repete.MENSAL, "2026-12-15", "2027-01-14", "2026-12-15"),
        (Repete.ANUAL, "2024-02-29", "2026-02-28", "2026-02-28"),
        (Repete.ANUAL, "2024-02-29", "2028-02-29", "2028-02-29"),
        (Repete.ANUAL, "2024-02-29", "2028-02-28", "2027-02-28"),
        (Repete.ANUAL, "2025-11-30", "2026-11-22", "2025-11-30"),
        (Repete.MENSAL, "0001-01-01", "0001-01-01", "0001-01-01"),  # a typing error must not silence the others
    ],
)
def test_a_ultima_vez_de_um_lembrete(repete: Repete, primeira: str, dia: str, vez: str | None) -> None:
    esperado = None if vez is None else date.fromisoformat(vez)
    assert ultima(date.fromisoformat(primeira), repete, None, date.fromisoformat(dia)) == esperado


def test_lembrete_que_acabou_nao_tem_proxima_vez() -> None:
    ate = date(2026, 11, 20)
    assert ultima(date(2026, 11, 1), Repete.DIARIA, ate, date(2026, 11, 25)) == ate
    assert proxima(date(2026, 11, 1), Repete.DIARIA, ate, date(2026, 11, 21)) is None
    assert proxima(date(2026, 11, 3), Repete.SEMANAL, None, date(2026, 11, 22)) == date(2026, 11, 24)
    assert proxima(date(2026, 1, 31), Repete.MENSAL, None, date(2026, 2, 1)) == date(2026, 2, 28)


REGUA = [-5, -1, 3, 10]


@pytest.mark.parametrize(
    ("dias", "passo"),
    [
        (-6, None), (-5, -5), (-4, -5), (-3, -5), (-2, -5),  # told up to three days late, and still to fall due
        (-1, -1), (0, -1),
        (1, None), (2, None),  # past due: what was to be told before is stale
        (3, 3), (6, 3), (7, None), (9, None), (10, 10), (13, 10), (14, None), (400, None),
    ],
)  # fmt: skip
def test_o_passo_da_regua_que_um_titulo_deve_ouvir(dias: int, passo: int | None) -> None:
    assert passo_devido(dias, REGUA, 3) == passo


def test_os_vencimentos_procurados_sao_os_que_tem_passo() -> None:
    procurados = dias_a_procurar(REGUA, 3)
    assert procurados == [-5, -4, -3, -2, -1, 0, 3, 4, 5, 6, 10, 11, 12, 13]
    assert all(passo_devido(d, REGUA, 3) is not None for d in procurados)
    assert dias_a_procurar([], 3) == []


def test_o_passo_do_proprio_dia_nao_e_dito_depois() -> None:
    assert [passo_devido(dias, [0], 3) for dias in (-1, 0, 1, 2)] == [None, 0, None, None]
