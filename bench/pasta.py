"""A folder and an embedded PostgreSQL of one run's own: several runs and checkouts go side by side."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import django
import psutil

from bench.processos import sem_interrupcao
from erp.config.embutido import RAIZ, Servidor, servidor_padrao

BANCO = "retaguarda"


@dataclass(frozen=True)
class Pasta:
    """Where a run keeps everything, and the environment its processes get."""

    raiz: Path

    @property
    def servidor(self) -> Servidor:
        return servidor_padrao(self.raiz)

    def variaveis(self, banco: str = BANCO, **outras: str) -> dict[str, str]:
        """The environment of a process of this run: nothing of the user's own settings reaches it."""
        return (
            os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "erp.config.settings",
                "RETAGUARDA_DADOS": str(self.raiz),
                "RETAGUARDA_ESTATICOS": str(self.raiz / "estaticos"),
                "DATABASE_URL": "" if banco == BANCO else self.servidor.url(banco),
                "TERMINAL_DATABASE_URL": "",
                "CELERY_BROKER_URL": "",
                "SECRET_KEY": "",
                "AUDITORIA_MONGO_URL": "",
                "AUDITORIA_CHAVE_ASSINATURA": "",
                "AUDITORIA_CHAVES_ANTERIORES": "",
                "AUDITORIA_RESUMOS": "",
                "AUDITORIA_RESUMO_PARA": "",
                "ALLOWED_HOSTS": "127.0.0.1",
                "DEBUG": "0",
                "HTTPS": "0",
                "PROXIES": "0",
                "LOG_NIVEL": "WARNING",
                "LOG_FORMATO": "json",
                "PROCESSOS_WEB": "2",
                "PDV_LOTE": "500",
                "PYTHONUNBUFFERED": "1",
            }
            | outras
        )

    def terminal(self, codigo: int) -> str:
        """The URL of a till's own database."""
        return f"sqlite:///{self.raiz}/terminal-{codigo}.sqlite3"

    def usar(self, **outras: str) -> None:
        """Make this process one of the run's: settings and Django, on its server. `outras` go on to its children."""
        os.environ.update(self.variaveis(**outras))
        django.setup()


@contextmanager
def pasta_propria(prefixo: str) -> Iterator[Pasta]:
    """A fresh folder, gone at the end with its server; also those that killed runs left behind.

    Below `.dados/`, on the disk of the checkout: a temporary folder may be memory, which flatters a database.
    """
    base = RAIZ / ".dados"
    base.mkdir(mode=0o700, exist_ok=True)
    for velha in base.glob(f"{prefixo}-*"):
        dono = velha.name.removeprefix(f"{prefixo}-").partition("-")[0]
        if dono.isdigit() and not psutil.pid_exists(int(dono)):
            _matar_orfaos(velha)
            _destruir(velha)
    raiz = Path(tempfile.mkdtemp(prefix=f"{prefixo}-{os.getpid()}-", dir=base))
    try:
        yield Pasta(raiz)
    finally:
        with sem_interrupcao():
            _destruir(raiz)


def _matar_orfaos(raiz: Path) -> None:
    """Processes of a run that was itself killed: they would go on for ever, and start its server again.

    Looked for until none is found: one that is starting the server leaves another behind as it dies.
    """
    while orfaos := [processo for processo in psutil.process_iter() if _da_execucao(processo, raiz)]:
        for processo in orfaos:
            with suppress(psutil.Error):
                processo.kill()
        psutil.wait_procs(orfaos, timeout=5)


def _da_execucao(processo: psutil.Process, raiz: Path) -> bool:
    try:
        return processo.status() != psutil.STATUS_ZOMBIE and processo.environ().get("RETAGUARDA_DADOS") == str(raiz)
    except psutil.Error:
        return False


def _destruir(raiz: Path) -> None:
    servidor_padrao(raiz).destruir()
    shutil.rmtree(raiz, ignore_errors=True)


def porta_livre() -> int:
    """A port that the kernel says is free on loopback."""
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        porta: int = tomada.getsockname()[1]
        return porta
