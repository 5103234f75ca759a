"""`manage.py pdv_transmitir`: the notes issued in contingency are authorised, at the simulated till."""

from typing import Any

from django.core.management.base import BaseCommand

from pdv.terminal.contingencia import transmitir
from pdv.terminal.preparo import preparar


class Command(BaseCommand):
    help = "Autoriza as notas emitidas em contingência no PDV simulado; o replicador as manda de novo."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **opcoes: Any) -> None:
        preparar()
        transmitidas = transmitir()
        self.stdout.write(f"{transmitidas.autorizadas} notas de contingência autorizadas.")
        if transmitidas.sem_assinatura:
            self.stdout.write(f"{transmitidas.sem_assinatura} sem assinatura continuam em contingência.")
