import pytest
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask

from erp.rotinas.agenda import cada, diaria, semanal
from erp.rotinas.tarefas import em_palavras


@pytest.mark.parametrize(
    ("agenda", "palavras"),
    [
        (cada(minutos=8), "a cada 8 minutos"),
        (cada(minutos=1), "a cada minuto"),
        (cada(minutos=60), "a cada hora"),
        (cada(minutos=1440), "a cada dia"),
        (cada(minutos=2880), "a cada 2 dias"),
        (cada(segundos=90), "a cada 90 segundos"),
        (cada(minutos=1, segundos=30), "a cada 90 segundos"),
        (cada(segundos=1), "a cada segundo"),
        (diaria("21:10"), "todo dia às 21:10"),
        (diaria("01:00"), "todo dia à 01:00"),
        (diaria("00:00"), "todo dia às 00:00"),
        (semanal("dom", "04:00"), "todo domingo às 04:00"),
        (semanal("ter", "04:05"), "toda terça-feira às 04:05"),
        (semanal("sab", "23:59"), "todo sábado às 23:59"),
    ],
)
def test_agenda_em_palavras(agenda, palavras):
    assert str(agenda) == palavras


@pytest.mark.parametrize(
    "errada",
    [
        lambda: cada(),
        lambda: cada(minutos=-1),
        lambda: diaria("24:00"),
        lambda: diaria("9:00"),
        lambda: diaria("21:60"),
        lambda: diaria("21:00:00"),
        lambda: semanal("domingo", "04:00"),
        lambda: semanal("dom", "4h"),
    ],
)
def test_agenda_errada_diz_o_que_esperava(errada):
    with pytest.raises(ValueError, match=r"recebido: .*esperado"):
        errada()


def crontab(minute="0", hour="21", day_of_week="*", day_of_month="*", month_of_year="*"):
    return CrontabSchedule(
        minute=minute, hour=hour, day_of_week=day_of_week, day_of_month=day_of_month, month_of_year=month_of_year
    )


@pytest.mark.parametrize(
    ("tarefa", "palavras"),
    [
        (None, "sem agenda"),
        (PeriodicTask(interval=IntervalSchedule(every=8, period="minutes")), "a cada 8 minutos"),
        (PeriodicTask(interval=IntervalSchedule(every=2, period="hours"), enabled=False), "a cada 2 horas (em pausa)"),
        (PeriodicTask(crontab=crontab()), "todo dia às 21:00"),
        (PeriodicTask(crontab=crontab("5", "4", "0")), "todo domingo às 04:05"),
        (PeriodicTask(crontab=crontab("5", "4", "7")), "todo domingo às 04:05"),
        (
            PeriodicTask(crontab=crontab("*/15", "8-18", "1-5")),
            "de segunda a sexta, a cada 15 minutos, das 08:00 às 18:45",
        ),
        (PeriodicTask(crontab=crontab(day_of_month="1")), "todo dia 1º do mês às 21:00"),
        (PeriodicTask(clocked=ClockedSchedule()), "sem agenda"),
    ],
)
def test_o_que_a_equipe_deixou_na_agenda_em_palavras(tarefa, palavras):
    assert em_palavras(tarefa) == palavras
