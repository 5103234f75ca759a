"""`manage.py provedores_falsos`: every provider's stand-in on this machine, and the settings that use them."""

from __future__ import annotations

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from erp.provedores.falsos import PortaOcupada, falsos, no_ar


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # it needs no database
    help = (
        "Faz as vezes dos provedores nesta máquina e diz os ajustes a usar. Nenhum dinheiro se move e nada sai daqui. "
        "Ctrl-C para parar. `make serve FALSOS=1` faz isto e põe a retaguarda no ar com eles."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        porta = os.environ.get("PORTA") or "8000"
        parser.add_argument("--so", action="append", metavar="NOME", help="só este (pode repetir); padrão: todos")
        parser.add_argument(
            "--retaguarda", default=f"http://127.0.0.1:{porta}", metavar="URL", help="a quem eles mandam os webhooks"
        )

    def handle(self, *args: Any, **opcoes: Any) -> None:
        so = opcoes["so"]
        if desconhecidos := set(so or ()) - {f.nome for f in falsos()}:
            conhecidos = ", ".join(f.nome for f in falsos())
            raise CommandError(f"não há provedor falso {', '.join(sorted(desconhecidos))}; há: {conhecidos}")
        parar = threading.Event()
        for sinal in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sinal, lambda *_: parar.set())
        try:
            with no_ar(opcoes["retaguarda"], escolhidos=[f for f in falsos() if so is None or f.nome in so]) as ajustes:
                self._dizer([*(f"{nome}={valor}" for nome, valor in ajustes.items()), "No ar. Ctrl-C para parar."])
                parar.wait()
        except PortaOcupada as erro:
            raise CommandError(f"{erro}: há outros provedores falsos no ar?") from erro

    def _dizer(self, linhas: list[str]) -> None:
        self.stdout.write("\n".join(linhas))
        self.stdout.flush()
