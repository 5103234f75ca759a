"""The staff's window on the routines. Of django-celery-beat nothing shows: a schedule is edited where its routine is."""

import django_celery_beat.admin  # noqa: F401  # registers what is taken away below, whoever is imported first
from django.contrib import admin
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from erp.rotinas.admin import alarmes, aprovacoes, execucoes, rotinas

for _modelo in (PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(_modelo)

__all__ = ["alarmes", "aprovacoes", "execucoes", "rotinas"]
