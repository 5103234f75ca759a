"""A schedule as staff left it, in Portuguese words."""

from datetime import timedelta

from django_celery_beat.models import CrontabSchedule, PeriodicTask

from erp.rotinas.agenda import horario_em_palavras, intervalo_em_palavras


def em_palavras(tarefa: PeriodicTask | None) -> str:
    """`todo dia às 21:00`, `a cada 8 minutos (desligada)`, `sem agenda`; an odd crontab is shown as cron writes it."""
    if tarefa is None:
        return "sem agenda"
    if tarefa.interval is not None:
        passo = timedelta(**{tarefa.interval.period: tarefa.interval.every})
        quando = intervalo_em_palavras(int(passo.total_seconds())) if passo >= timedelta(seconds=1) else str(passo)
    elif tarefa.crontab is not None:
        quando = _crontab(tarefa.crontab)
    else:
        quando = "sem agenda"
    return quando if tarefa.enabled else f"{quando} (desligada)"


def _crontab(c: CrontabSchedule) -> str:
    simples = c.day_of_month == "*" and c.month_of_year == "*" and c.hour.isdigit() and c.minute.isdigit()
    if simples and c.day_of_week == "*":
        return horario_em_palavras(int(c.hour), int(c.minute), None)
    if simples and c.day_of_week.isdigit():
        return horario_em_palavras(int(c.hour), int(c.minute), int(c.day_of_week) % 7)
    return f"cron {c.minute} {c.hour} {c.day_of_month} {c.month_of_year} {c.day_of_week}"
