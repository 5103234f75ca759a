"""Painel: what the staff sees first.

What enters: who looks.
What leaves: the state of the filiais that they see, in numbers with a link each.
What it never does: own a table, change a row.
"""

from django.apps import AppConfig


class PainelConfig(AppConfig):
    name = "erp.painel"
    label = "painel"
    verbose_name = "Painel"
