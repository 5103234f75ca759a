"""`manage.py servir` (`make serve`): web, worker and beat under honcho, until Ctrl-C, leaving nothing running.

With `--falsos` (`make serve FALSOS=1`) the providers' stand-ins run here, and all the rest in a child that has their settings.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from erp.config.embutido import servidor_padrao
from erp.provedores.falsos import PortaOcupada, no_ar


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # nothing may touch the database before this command does
    help = "Prepara e põe no ar a web, o trabalhador e o relógio. Ctrl-C para tudo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--falsos", action="store_true", help="com provedores falsos nesta máquina")

    def handle(self, *args: Any, **options: Any) -> None:
        porta = os.environ.get("PORTA") or "8000"
        if options["falsos"]:
            sys.exit(self._com_falsos(porta))
        servidor = servidor_padrao(settings.RETAGUARDA_DADOS)
        embutido = connections["default"].settings_dict["ENGINE"] == "erp.config.banco"
        meu = embutido and not servidor.esta_no_ar()
        self.stdout.write("Preparando o banco; na primeira vez leva um ou dois minutos.")
        self.stdout.flush()
        try:
            call_command("preparar", stdout=self.stdout)
            connections.close_all()
            self.stdout.write(f"Abra http://127.0.0.1:{porta}/admin/   (Ctrl-C para parar)")
            self.stdout.flush()
            codigo = _rodar_processos()
        finally:
            connections.close_all()
            if meu:
                servidor.parar()
        sys.exit(codigo)

    def _com_falsos(self, porta: str) -> int:
        try:
            with no_ar(f"http://127.0.0.1:{porta}") as ajustes:
                self.stdout.write("Provedores falsos: " + " ".join(f"{n}={v}" for n, v in ajustes.items()))
                self.stdout.flush()
                return _rodar([sys.executable, "manage.py", "servir"], ajustes)
        except PortaOcupada as erro:
            raise CommandError(f"{erro}: há outros provedores falsos no ar?") from erro


def _rodar_processos() -> int:
    """honcho in a process group of its own, so that one Ctrl-C reaches it once, from here, and is waited for."""
    bin_ = Path(sys.executable).parent
    return _rodar(
        [str(bin_ / "honcho"), "--no-colour", "start"], {"PATH": f"{bin_}{os.pathsep}{os.environ.get('PATH', '')}"}
    )


def _rodar(comando: Sequence[str], ambiente: Mapping[str, str]) -> int:
    filho = subprocess.Popen(comando, cwd=settings.BASE_DIR, env={**os.environ, **ambiente}, start_new_session=True)

    def repassar(_sinal: int, _quadro: Any) -> None:
        filho.terminate()

    for sinal in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sinal, repassar)
    codigo = filho.wait()
    return 0 if codigo in (-signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGTERM, 128 + signal.SIGINT) else codigo
