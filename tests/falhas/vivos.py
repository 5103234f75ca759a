"""The whole way alive in processes of their own: gunicorn, two workers, two replicators of a till; and how to kill them.

Two of each, so that the work goes on while the one that was killed starts again.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

from tests.filhos import Filho, filho

RAIZ = Path(__file__).resolve().parents[2]


def porta_livre() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def url_do_banco() -> str:
    """The test database, for a process of its own."""
    partes = connection.settings_dict
    credencial = partes["USER"] + (f":{partes['PASSWORD']}" if partes["PASSWORD"] else "")
    if str(partes["HOST"]).startswith("/"):
        return f"postgresql://{credencial}@/{partes['NAME']}?host={partes['HOST']}"
    return f"postgresql://{credencial}@{partes['HOST']}:{partes['PORT'] or 5432}/{partes['NAME']}"


def em_outro_processo(comando: list[str], saida: Path) -> Filho:
    """`python -m comando`, quiet, on the test database."""
    return filho(comando, os.environ | {"DATABASE_URL": url_do_banco(), "LOG_NIVEL": "ERROR"}, saida=saida)


@dataclass
class Vivos:
    """The processes; `matar` kills one with SIGKILL, `levantar` starts those that are missing."""

    chave: str
    pasta: Path
    porta: int = field(default_factory=porta_livre)
    processos: dict[str, subprocess.Popen[bytes] | Filho] = field(default_factory=dict)

    @property
    def ambiente(self) -> dict[str, str]:
        terminal = settings.DATABASES["terminal"]["NAME"]
        return os.environ | {
            "DATABASE_URL": url_do_banco(), "TERMINAL_DATABASE_URL": f"sqlite:///{terminal}", "PDV_CHAVE": self.chave,
            "PORTA": str(self.porta), "LOG_NIVEL": "ERROR", "PDV_LOTE": "20", "ESPERA_AO_PARAR": "1",
        }  # fmt: skip

    @property
    def comandos(self) -> dict[str, list[str]]:
        url = f"http://127.0.0.1:{self.porta}"
        worker = ["tests.falhas.trabalhador"]
        replicador = ["manage", "pdv_replicar", "--url", url, "--continuo", "--intervalo", "0.1", "--lote", "10"]
        return {
            "web": ["gunicorn", "--config", "erp/config/gunicorn.py", "erp.config.wsgi:application"],
            "worker-a": worker,
            "worker-b": worker,
            "replicador-a": replicador,
            "replicador-b": replicador,
        }

    def levantar(self) -> None:
        for nome, comando in self.comandos.items():
            processo = self.processos.get(nome)
            if processo is None or processo.poll() is not None:
                registro = self.pasta / f"{nome}.log"
                if nome != "web":
                    self.processos[nome] = filho(comando, self.ambiente, saida=registro)
                    continue
                with registro.open("ab") as saida:
                    self.processos[nome] = subprocess.Popen(
                        [sys.executable, "-m", *comando], cwd=RAIZ, env=self.ambiente, stdout=saida, stderr=saida
                    )
        self.esperar_web()

    def esperar_web(self, segundos: float = 180) -> None:
        ate = time.monotonic() + segundos
        while time.monotonic() < ate:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.porta}/api/pdv/v1/replicacao", timeout=5)
            except urllib.error.HTTPError as resposta:
                resposta.close()
                return  # it answers: a GET there is refused
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.pasta / "web.log").read_text()[-3000:])

    def matar(self, nome: str) -> None:
        """SIGKILL; of the web, one of the two children: its master makes another."""
        processo = psutil.Process(self.processos[nome].pid)
        vitima = random.choice(processo.children() or [processo]) if nome == "web" else processo
        vitima.send_signal(signal.SIGKILL)
        if vitima is processo:
            self.processos[nome].wait()

    def parar(self) -> None:
        for processo in self.processos.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                familia = psutil.Process(processo.pid).children(recursive=True)
                processo.kill()
                processo.wait()
                for filho in familia:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        filho.kill()


@contextlib.contextmanager
def vivos(chave: str, pasta: Path) -> Iterator[Vivos]:
    """Start everything; whatever happens, leave nothing running."""
    todos = Vivos(chave, pasta)
    try:
        todos.levantar()
        yield todos
    finally:
        todos.parar()


def esperar(condicao: Callable[[], bool], segundos: float, porque: str) -> None:
    ate = time.monotonic() + segundos
    while not condicao():
        assert time.monotonic() < ate, porque
        time.sleep(0.1)
