"""`manage.py auditoria_selar`: seal now what the routine would seal at its next minute."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from auditoria.models import ASelar
from auditoria.relogio import RelogioVoltou
from auditoria.selador import selar


class Command(BaseCommand):
    help = "Sela os eventos de auditoria que esperam. Vários ao mesmo tempo não atrapalham: um trabalha."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--esperar", type=float, default=10.0, help="segundos à espera de outro selador (padrão: 10)"
        )

    def handle(self, *args: Any, **opcoes: Any) -> None:
        try:
            selados = selar(esperar=opcoes["esperar"])
        except RelogioVoltou as erro:
            raise CommandError(str(erro)) from erro
        self.stdout.write(f"{selados} eventos selados." if selados != 1 else "1 evento selado.")
        if not selados and ASelar.objects.exists():
            self.stdout.write("Há eventos à espera: outro selador está trabalhando.")
