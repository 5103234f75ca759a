"""The rows of django-celery-beat as plain values, and back. Nobody else reads their columns."""

from datetime import timedelta

from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from erp.rotinas.agenda import Cada
from erp.rotinas.crontab import Cron
from erp.rotinas.palavras import agenda_em_palavras

_COLUNAS = {
    "minuto": "minute",
    "hora": "hour",
    "dia_do_mes": "day_of_month",
    "mes": "month_of_year",
    "dia_da_semana": "day_of_week",
}


def agenda_da(tarefa: PeriodicTask | None) -> Cada | Cron | None:
    """When the row says that it runs, enabled or not; None without a schedule, or with one that cannot be read."""
    if tarefa is None:
        return None
    if tarefa.interval is not None:
        segundos = int(timedelta(**{tarefa.interval.period: tarefa.interval.every}).total_seconds())
        return Cada(segundos) if segundos > 0 else None
    if tarefa.crontab is None:
        return None
    c = tarefa.crontab
    try:
        return Cron(fuso=str(c.timezone), **{campo: getattr(c, coluna) for campo, coluna in _COLUNAS.items()})
    except ValueError:
        return None


def apontar(tarefa: PeriodicTask, agenda: Cada | Cron) -> None:
    """Give the row this schedule, by a schedule row that may already exist; the caller saves it."""
    if isinstance(agenda, Cada):
        tarefa.interval, tarefa.crontab = _intervalo(agenda), None
    else:
        tarefa.interval, tarefa.crontab = None, _crontab(agenda)
    tarefa.solar = tarefa.clocked = None


def em_palavras(tarefa: PeriodicTask | None) -> str:
    """`todo dia às 21:00`, `a cada 8 minutos (em pausa)`, `sem agenda`."""
    agenda = agenda_da(tarefa)
    if tarefa is None or agenda is None:
        return "sem agenda"
    quando = agenda_em_palavras(agenda)
    return quando if tarefa.enabled else f"{quando} (em pausa)"


def _intervalo(agenda: Cada) -> IntervalSchedule:
    campos = {"every": agenda.segundos, "period": IntervalSchedule.SECONDS}
    return IntervalSchedule.objects.filter(**campos).first() or IntervalSchedule.objects.create(**campos)


def _crontab(agenda: Cron) -> CrontabSchedule:
    campos = {coluna: getattr(agenda, campo) for campo, coluna in _COLUNAS.items()} | {"timezone": agenda.fuso}
    return CrontabSchedule.objects.filter(**campos).first() or CrontabSchedule.objects.create(**campos)
