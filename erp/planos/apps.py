"""Planos: funeral plans, their contracts and the people in them.

What enters: contracts sold, dependants, payments settled in `erp.financeiro`, and the clock.
What leaves: instalments as titles, and states of contracts, each with who, when and why.
What it never does: change a state without a row that says why, or cancel without the notices that the contract asks for.
"""

from django.apps import AppConfig


class PlanosConfig(AppConfig):
    name = "erp.planos"
    label = "planos"
    verbose_name = "Planos"
