"""Jazigos: cemeteries, their jazigos, concessions and maintenance contracts.

What enters: concessions granted, maintenance contracts with their index and day.
What leaves: one title per maintenance contract and competência.
What it never does: charge a competência twice, or lose a cent of a pro rata.
"""

from django.apps import AppConfig


class JazigosConfig(AppConfig):
    name = "erp.jazigos"
    label = "jazigos"
    verbose_name = "Jazigos"
