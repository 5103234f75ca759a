"""Colaboradores: employees, their schedules, their marks and the sheet of each day.

What enters: marks of the clock, schedules, holidays and treatments with their reason.
What leaves: the sheet of a day: expected, worked, extra, missing and night minutes.
What it never does: invent, change or delete a mark (Portaria MTP 671/2021).
"""

from django.apps import AppConfig


class ColaboradoresConfig(AppConfig):
    name = "erp.colaboradores"
    label = "colaboradores"
    verbose_name = "Colaboradores"
