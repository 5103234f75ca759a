"""`manage.py servir` (`make serve`): web, worker and beat under honcho, until Ctrl-C, leaving nothing running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from erp.config.embutido import servidor_padrao


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # nothing may touch the database before this command does
    help = "Prepara e põe no ar a web, o trabalhador e o relógio. Ctrl-C para tudo."

    def handle(self, *args: Any, **options: Any) -> None:
        servidor = servidor_padrao(settings.RETAGUARDA_DADOS)
        embutido = connections["default"].settings_dict["ENGINE"] == "erp.config.banco"
        meu = embutido and not servidor.esta_no_ar()
        self.stdout.write("Preparando o banco; na primeira vez leva um ou dois minutos.")
        self.stdout.flush()
        try:
            call_command("preparar", stdout=self.stdout)
            connections.close_all()
            porta = os.environ.get("PORTA") or "8000"
            self.stdout.write(f"Abra http://127.0.0.1:{porta}/admin/   (Ctrl-C para parar)")
            self.stdout.flush()
            codigo = _rodar_processos()
        finally:
            connections.close_all()
            if meu:
                servidor.parar()
        sys.exit(codigo)


def _rodar_processos() -> int:
    """honcho in a process group of its own, so that one Ctrl-C reaches it once, from here, and is waited for."""
    bin_ = Path(sys.executable).parent
    ambiente = {**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ.get('PATH', '')}"}
    honcho = subprocess.Popen(
        [str(bin_ / "honcho"), "--no-colour", "start"], cwd=settings.BASE_DIR, env=ambiente, start_new_session=True
    )

    def repassar(_sinal: int, _quadro: Any) -> None:
        honcho.terminate()

    for sinal in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sinal, repassar)
    codigo = honcho.wait()
    return 0 if codigo in (-signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGTERM, 128 + signal.SIGINT) else codigo
