"""How many of a schedule's times passed, and the newest: what the tick asks."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask

from erp.rotinas.agenda import Cada
from erp.rotinas.calendario import proximas
from erp.rotinas.crontab import Cron
from erp.rotinas.horarios import Horario, horario_de

SP = ZoneInfo("America/Sao_Paulo")


def em(texto):
    return datetime.fromisoformat(texto).replace(tzinfo=SP)


@pytest.mark.parametrize("agenda", [Cron("*/10"), Cada(600)])
@pytest.mark.parametrize(("ate", "quantos"), [("13:09", 0), ("13:10", 1), ("13:49", 4), ("14:10", 7)])
def test_os_devidos_sao_os_de_depois_ate_o_momento_contados_todos_e_guardados_os_ultimos(agenda, ate, quantos):
    desde = em("2026-11-22 13:00")
    devidos = Horario(agenda).devidos(desde, em(f"2026-11-22 {ate}"), 3)
    esperados = proximas(agenda, desde, quantos)
    assert devidos == (quantos, esperados[-3:])


def test_anos_de_dez_em_dez_segundos_nao_se_andam_um_a_um():
    devidos = Horario(Cada(10)).devidos(em("2020-01-01 00:00"), em("2026-01-01 00:00"), 2)
    assert devidos.quantos == 6 * 365 * 8640 + 2 * 8640
    assert devidos.ultimos == [em("2025-12-31 23:59:50"), em("2026-01-01 00:00")]


def test_uma_maquina_achada_anos_depois_so_olha_um_pouco_para_tras():
    assert Horario(Cron("0")).devidos(em("2000-01-01 00:00"), em("2026-01-01 00:00"), 2).quantos == 400 * 24


def test_o_dia_que_nao_existe_nunca_e_devido():
    nunca = Horario(Cron("0", "21", "31", "2")).devidos(em("2025-01-01 00:00"), em("2026-01-01 00:00"), 9)
    assert nunca == (0, [])


def test_o_texto_de_duas_agendas_so_e_o_mesmo_quando_elas_sao():
    horarios = [Horario(Cada(10)), Horario(Cada(20)), Horario(Cron("0")), Horario(Cron("0", fuso="UTC"))]
    assert len({repr(h) for h in horarios}) == 4 and repr(Horario(Cada(10))) == repr(horarios[0])
    assert max(len(repr(h)) for h in [*horarios, Horario(Cron(*["1," * 29 + "1"] * 3))]) < 400


@pytest.mark.parametrize(
    ("tarefa", "horario"),
    [
        (None, None),
        (PeriodicTask(), None),
        (PeriodicTask(interval=IntervalSchedule(every=8, period="minutes")), Horario(Cada(480))),
        (
            PeriodicTask(crontab=CrontabSchedule(hour="21", minute="0", timezone="America/Sao_Paulo")),
            Horario(Cron("0", "21")),
        ),
        (PeriodicTask(crontab=CrontabSchedule(hour="qualquer", minute="0", timezone="America/Sao_Paulo")), None),
        (PeriodicTask(clocked=ClockedSchedule(clocked_time=em("2026-11-22 21:00"))), None),
    ],
)
def test_o_horario_de_uma_linha_da_agenda(tarefa, horario):
    assert horario_de(tarefa) == horario
