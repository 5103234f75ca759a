"""The tables of django-celery-beat that say when a routine runs: these only carry the triggers that watch them."""

from __future__ import annotations

from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from auditoria.vigias import vigiar

ROTINA = "rotinas.rotinaagendada"


class AgendaVigiada(PeriodicTask):  # type: ignore[misc]  # the library has no types
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = vigiar(ROTINA, ignorar=("last_run_at", "total_run_count", "date_changed"))


class CrontabVigiado(CrontabSchedule):  # type: ignore[misc]  # idem
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = vigiar(ROTINA, inclusoes=False)  # a time that no routine has runs nothing


class IntervaloVigiado(IntervalSchedule):  # type: ignore[misc]  # idem
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = vigiar(ROTINA, inclusoes=False)  # idem
