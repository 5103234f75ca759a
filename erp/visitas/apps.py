"""Visitas: whom each employee visits, and the order of the day.

What enters: visits asked for, with the place of each.
What leaves: one CSV file per employee and day, in storage.
What it never does: write a second file with the same content, or leave a visit without coordinates out.
"""

from django.apps import AppConfig


class VisitasConfig(AppConfig):
    name = "erp.visitas"
    label = "visitas"
    verbose_name = "Visitas"
