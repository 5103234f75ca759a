from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab as crontab_do_celery
from hypothesis import given
from hypothesis import strategies as st

from erp.rotinas.agenda import cada, diaria, semanal
from erp.rotinas.calendario import entre, proximas
from erp.rotinas.crontab import Cron, ler_linha
from erp.rotinas.horarios import Horario

SP = ZoneInfo("America/Sao_Paulo")
DOMINGO = datetime(2026, 11, 22, 13, 50, tzinfo=SP)


def ditas(agenda, depois_de=DOMINGO, quantas=5, forma="%d/%m/%Y %H:%M"):
    return [momento.strftime(forma) for momento in proximas(agenda, depois_de, quantas)]


@pytest.mark.parametrize(
    ("agenda", "esperadas"),
    [
        (diaria("21:00"), ["22/11/2026 21:00", "23/11/2026 21:00", "24/11/2026 21:00"]),
        (diaria("13:50"), ["23/11/2026 13:50", "24/11/2026 13:50", "25/11/2026 13:50"]),  # strictly after
        (semanal("dom", "04:00"), ["29/11/2026 04:00", "06/12/2026 04:00", "13/12/2026 04:00"]),
        (cada(minutos=8), ["22/11/2026 13:52", "22/11/2026 14:00", "22/11/2026 14:08"]),
        (cada(minutos=120), ["22/11/2026 14:00", "22/11/2026 16:00", "22/11/2026 18:00"]),  # even hours of the shop
        (cada(minutos=1440), ["23/11/2026 00:00", "24/11/2026 00:00", "25/11/2026 00:00"]),
        (ler_linha("*/15 8-18 * * 1-5"), ["23/11/2026 08:00", "23/11/2026 08:15", "23/11/2026 08:30"]),
        (ler_linha("0 9 31 * *"), ["31/12/2026 09:00", "31/01/2027 09:00", "31/03/2027 09:00"]),
        (ler_linha("0 0 29 2 *"), ["29/02/2028 00:00", "29/02/2032 00:00", "29/02/2036 00:00"]),
        (ler_linha("0 9 13 * 5"), ["13/08/2027 09:00", "13/10/2028 09:00", "13/04/2029 09:00"]),
        (ler_linha("0 0 31 2 *"), []),
    ],
)
def test_as_proximas_em_horario_de_sao_paulo(agenda, esperadas):
    assert ditas(agenda, quantas=3) == esperadas
    assert all(momento.utcoffset() == timedelta(hours=-3) for momento in proximas(agenda, DOMINGO))


def test_o_29_de_fevereiro_atravessa_o_ano_2100():
    assert ditas(ler_linha("0 0 29 2 *"), datetime(2096, 3, 1, tzinfo=SP), 2) == [
        "29/02/2104 00:00",
        "29/02/2108 00:00",
    ]


def test_a_hora_que_o_relogio_pula_vem_no_primeiro_instante_depois_e_uma_vez():
    antes = datetime(2018, 11, 3, 23, 0, tzinfo=SP)  # at midnight of the 4th it was 01:00
    assert ditas(ler_linha("30 0 * * *"), antes, 2, "%d %H:%M %z") == ["04 01:30 -0200", "05 00:30 -0200"]
    meias_horas = ["03 23:30 -0300", "04 01:00 -0200", "04 01:30 -0200", "04 02:00 -0200"]
    assert ditas(ler_linha("*/30 * * * *"), antes, 4, "%d %H:%M %z") == meias_horas


def test_a_hora_que_o_relogio_repete_vem_uma_vez():
    antes = datetime(2019, 2, 16, 22, 0, tzinfo=SP)  # at midnight of the 17th it was 23:00 again
    assert ditas(ler_linha("30 23 * * *"), antes, 2, "%d %H:%M %z") == ["16 23:30 -0200", "17 23:30 -0300"]


def test_um_intervalo_nao_ve_o_relogio_mudar():
    antes = datetime(2018, 11, 3, 23, 0, tzinfo=SP)
    momentos = [momento.astimezone(UTC) for momento in proximas(cada(minutos=8), antes, 20)]
    assert {b - a for a, b in pairwise(momentos)} == {timedelta(minutes=8)}


def test_quem_calcula_duas_vezes_ou_em_outro_momento_acha_os_mesmos():
    todas = proximas(cada(minutos=11), DOMINGO, 50)
    assert proximas(cada(minutos=11), todas[20], 29) == todas[21:]
    assert proximas(cada(minutos=11), DOMINGO.astimezone(UTC), 50) == todas


@pytest.mark.parametrize("agenda", [cada(minutos=8), diaria("21:00"), ler_linha("*/15 8-18 * * 1-5")])
def test_entre_inclui_o_fim_e_exclui_o_comeco(agenda):
    primeira, segunda, terceira = proximas(agenda, DOMINGO, 3)
    assert list(entre(agenda, primeira, terceira)) == [segunda, terceira]
    assert list(entre(agenda, primeira, terceira - timedelta(seconds=1))) == [segunda]
    assert list(entre(agenda, primeira, segunda - timedelta(seconds=1))) == []


@pytest.mark.parametrize("agenda", [cada(minutos=8), ler_linha("*/8 * * * *"), ler_linha("10 21 * * *")])
@pytest.mark.parametrize("maximo", [1, 3, 1000])
def test_o_que_o_tique_acha_devido_e_o_que_a_pagina_prometeu(agenda, maximo):
    prometidas = proximas(agenda, DOMINGO, 30)
    devidos = Horario(agenda).devidos(DOMINGO, prometidas[-1], maximo)
    assert devidos == (30, prometidas[-maximo:])
    assert Horario(agenda).devidos(prometidas[-1], prometidas[-1], maximo) == (0, [])


CAMPO = {
    "minuto": ["*", "*/7", "0", "5,50", "10-20/5", "50-10"],
    "hora": ["*", "*/5", "3", "8-18", "22-2"],
    "dia_do_mes": ["*", "1", "13", "28-31", "*/10"],
    "mes": ["*", "2", "11,12", "*/3"],
    "dia_da_semana": ["*", "0", "1-5", "5-1", "*/2"],
}


@given(st.fixed_dictionaries({c: st.sampled_from(v) for c, v in CAMPO.items()}), st.integers(0, 3 * 366 * 24 * 60))
def test_e_o_mesmo_que_o_celery_faria(campos, minutos):
    """Against another reckoning of the same: Celery's, minute by minute ahead."""
    cron = Cron(**campos)
    depois_de = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutos)
    deles: Any = crontab_do_celery(
        minute=cron.minuto, hour=cron.hora, day_of_month=cron.dia_do_mes, month_of_year=cron.mes,
        day_of_week=cron.dia_da_semana,
    )  # fmt: skip
    for momento in proximas(cron, depois_de, 3):
        assert (momento.minute in deles.minute, momento.hour in deles.hour) == (True, True)
        assert (momento.day in deles.day_of_month, momento.month in deles.month_of_year) == (True, True)
        assert momento.isoweekday() % 7 in deles.day_of_week
    local = depois_de.astimezone(SP)
    primeira = next(iter(proximas(cron, depois_de, 1)), None)
    assert primeira == _a_primeira_no_braco(deles, local)


def _a_primeira_no_braco(deles, depois_de):
    dia = depois_de.replace(hour=0, minute=0)
    for n in range(9 * 366):
        quando = dia + timedelta(days=n)
        certo = quando.month in deles.month_of_year and quando.day in deles.day_of_month
        if not certo or quando.isoweekday() % 7 not in deles.day_of_week:
            continue
        momentos = (
            quando.replace(hour=h, minute=m)
            for h in range(24)
            for m in range(60)
            if h in deles.hour and m in deles.minute
        )
        if achado := next((m for m in momentos if m > depois_de), None):
            return achado
    return None
