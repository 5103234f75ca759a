"""The times that a schedule means."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask

from erp.rotinas.horarios import Crontab, Intervalo, UmaVez, horario_de, proximos

SP = ZoneInfo("America/Sao_Paulo")


def em(texto, fuso=SP):
    return datetime.fromisoformat(texto).replace(tzinfo=fuso)


def cron(minuto="0", hora="21", semana="*", dia="*", mes="*", fuso="America/Sao_Paulo"):
    return Crontab(minuto, hora, semana, dia, mes, fuso)


@pytest.mark.parametrize(
    ("horario", "depois_de", "esperados"),
    [
        (cron(), "2026-11-22 20:59:59", ["2026-11-22 21:00", "2026-11-23 21:00"]),
        (cron(), "2026-11-22 21:00", ["2026-11-23 21:00", "2026-11-24 21:00"]),  # the moment itself is behind
        (cron("0", "4", "0"), "2026-11-22 04:00", ["2026-11-29 04:00", "2026-12-06 04:00"]),  # a Sunday
        (cron("0", "4", "7"), "2026-11-23 04:00", ["2026-11-29 04:00", "2026-12-06 04:00"]),  # cron's other Sunday
        (cron(dia="31"), "2026-11-22 00:00", ["2026-12-31 21:00", "2027-01-31 21:00"]),
        (cron(dia="29", mes="2"), "2026-01-01 00:00", ["2028-02-29 21:00", "2032-02-29 21:00"]),
        (cron("*/15", "8-9", "1-5"), "2026-11-20 09:40", ["2026-11-20 09:45", "2026-11-23 08:00"]),  # over a weekend
        (cron("0", "4", "6-7"), "2026-11-22 04:00", ["2026-11-28 04:00", "2026-11-29 04:00"]),
        (cron(dia="31", mes="2"), "2026-01-01 00:00", []),  # never
        (cron("qualquer", "coisa"), "2026-01-01 00:00", []),
        (Intervalo(timedelta(hours=2)), "2026-11-22 13:10", ["2026-11-22 14:00", "2026-11-22 16:00"]),
        (Intervalo(timedelta(minutes=8)), "2026-11-22 00:00", ["2026-11-22 00:08", "2026-11-22 00:16"]),
        (Intervalo(timedelta(days=1)), "2026-11-22 13:10", ["2026-11-23 00:00", "2026-11-24 00:00"]),
        (UmaVez(em("2026-11-22 21:00")), "2026-11-22 13:10", ["2026-11-22 21:00"]),
        (UmaVez(em("2026-11-22 21:00")), "2026-11-22 21:00", []),
        (None, "2026-11-22 13:10", []),
    ],
)
def test_os_proximos_horarios(horario, depois_de, esperados):
    assert proximos(horario, em(depois_de), 2) == [em(quando) for quando in esperados]


def test_a_hora_que_o_horario_de_verao_pula_roda_depois_do_pulo_e_a_que_repete_roda_uma_vez():
    """4 November 2018: 00:00 became 01:00; 18 February 2018: 00:00 became 23:00 of the 17th."""
    pulada = proximos(cron("30", "0"), em("2018-11-03 12:00"), 2)
    assert pulada == [datetime(2018, 11, 4, 3, 30, tzinfo=UTC), datetime(2018, 11, 5, 2, 30, tzinfo=UTC)]
    repetida = proximos(cron("30", "23"), em("2018-02-17 12:00"), 2)
    assert repetida == [datetime(2018, 2, 18, 1, 30, tzinfo=UTC), datetime(2018, 2, 19, 2, 30, tzinfo=UTC)]


@pytest.mark.parametrize("horario", [cron("*/10", "*"), Intervalo(timedelta(minutes=10))])
@pytest.mark.parametrize(("ate", "quantos"), [("13:09", 0), ("13:10", 1), ("13:49", 4), ("14:10", 7)])
def test_os_devidos_sao_os_de_depois_ate_o_momento_contados_todos_e_guardados_os_ultimos(horario, ate, quantos):
    desde = em("2026-11-22 13:00")
    devidos = horario.devidos(desde, em(f"2026-11-22 {ate}"), 3)
    esperados = proximos(horario, desde, quantos)
    assert devidos == (quantos, esperados[-3:])


def test_um_dia_de_dez_em_dez_segundos_nao_se_anda_um_a_um():
    devidos = Intervalo(timedelta(seconds=10)).devidos(em("2020-01-01 00:00"), em("2026-01-01 00:00"), 2)
    assert devidos.quantos == 6 * 365 * 8640 + 2 * 8640
    assert devidos.ultimos == [em("2025-12-31 23:59:50"), em("2026-01-01 00:00")]


def test_uma_maquina_achada_anos_depois_so_olha_um_pouco_para_tras():
    assert cron("0", "*").devidos(em("2000-01-01 00:00"), em("2026-01-01 00:00"), 2).quantos == 400 * 24


@pytest.mark.parametrize(
    ("tarefa", "horario"),
    [
        (None, None),
        (PeriodicTask(), None),
        (PeriodicTask(interval=IntervalSchedule(every=8, period="minutes")), Intervalo(timedelta(minutes=8))),
        (PeriodicTask(crontab=CrontabSchedule(hour="21", minute="0", timezone="America/Sao_Paulo")), cron()),
        (PeriodicTask(clocked=ClockedSchedule(clocked_time=em("2026-11-22 21:00"))), UmaVez(em("2026-11-22 21:00"))),
    ],
)
def test_o_horario_de_uma_linha_da_agenda(tarefa, horario):
    assert horario_de(tarefa) == horario
