"""Settings, programs and a server that nobody else uses."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RAIZ = Path(__file__).resolve().parents[2]
USUARIO, SENHA = "ana", "senha-so-destas-fotos"


def preparar_ambiente(pasta: Path) -> None:
    """Settings of our own: nothing of the developer's data is seen or touched. Before Django is set up."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "erp.config.settings",
        "RETAGUARDA_DADOS": str(pasta),
        "DATABASE_URL": "",
        "TERMINAL_DATABASE_URL": "",
        "CELERY_BROKER_URL": "",
        "DEBUG": "1",
        "LOG_NIVEL": "ERROR",
        "EMAIL_URL": "smtp://127.0.0.1:9",  # nothing listens there, and no worker runs
    }
    sys.path.insert(0, str(RAIZ))


def manage(*argumentos: str) -> None:
    subprocess.run([sys.executable, str(RAIZ / "manage.py"), *argumentos], check=True, stdout=subprocess.DEVNULL)


def porta_livre() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def servidor(endereco: str) -> Iterator[str]:
    """A web server at this address (host:port), with the settings that the environment has now; yields its URL."""
    comando = [sys.executable, str(RAIZ / "manage.py"), "runserver", "--noreload", "--insecure", endereco]
    processo = subprocess.Popen(comando, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _esperar(f"http://{endereco}/admin/login/")
        yield f"http://{endereco}"
    finally:
        processo.terminate()
        processo.wait(20)


def _esperar(url: str, segundos: float = 60) -> None:
    fim = time.monotonic() + segundos
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > fim:
                raise
            time.sleep(0.3)
