"""Auditoria, the lowest layer.

What enters: one call of `auditoria.services.registrar` per sensitive act, inside the transaction of the act.
What leaves: `Evento` rows, read in the admin and (later) sealed and archived.
What it never does: change or remove an event, nor import any other app.
"""

from django.apps import AppConfig


class AuditoriaConfig(AppConfig):
    name = "auditoria"
    verbose_name = "Auditoria"
