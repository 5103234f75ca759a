"""Filas: the engines that work pending rows.

What enters: pending rows of the apps above, and wake-ups by name.
What leaves: calls of the task that the app above registered under that name.
What it never does: import the apps whose rows it works, nor hold work in a broker.
"""

from django.apps import AppConfig


class FilasConfig(AppConfig):
    name = "filas"
    verbose_name = "Filas"
