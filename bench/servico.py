"""The retaguarda as it runs in a shop: gunicorn, Celery's worker and beat, as real processes on a port of their own."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bench.processos import Processos

SEGUNDOS_PARA_SUBIR = 180.0
_CELERY = ("celery", "--app", "erp.config.celery:app")


def _trabalhador(fila: str, concorrencia: int) -> list[str]:
    """A worker as in the Procfile, which keeps the tills, the routines and the world apart."""
    opcoes = ("--queues", fila, "--concurrency", str(concorrencia), "--hostname", f"{fila}@%h")
    return [*_CELERY, "worker", *opcoes, "--without-gossip", "--without-mingle", "--without-heartbeat"]


class Retaguarda:
    """Web, worker and beat of one run.

    The listening socket is opened here, on a port that the kernel chose, and handed to gunicorn: no other process can
    take the port in between.
    """

    def __init__(self, processos: Processos, ambiente: Mapping[str, str], nome: str = "retaguarda") -> None:
        self.processos, self.ambiente, self.nome = processos, dict(ambiente), nome
        self.tomada = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.porta: int = self.tomada.getsockname()[1]
        self.trabalhadores: list[subprocess.Popen[str]] = []
        self.outros: list[subprocess.Popen[str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.porta}"

    def iniciar(
        self, *, trabalhadores: int = 1, por_trabalhador: int = 2, relogio: bool = True, mundo: bool = False
    ) -> None:
        """Start everything; `esperar` until the web answers.

        `relogio`: beat, and the worker of what it asks for. `mundo`: also the worker that calls other systems.
        """
        self._iniciar_web()
        for _ in range(trabalhadores):
            self.iniciar_trabalhador(por_trabalhador)
        if mundo:
            self.outros.append(self._iniciar("mundo", _trabalhador("mundo", 1)))
        if relogio:
            self.outros.append(self._iniciar("rotinas", _trabalhador("celery", por_trabalhador)))
            self.outros.append(self._iniciar("relogio", [*_CELERY, "beat"]))

    def iniciar_trabalhador(self, concorrencia: int) -> subprocess.Popen[str]:
        """One that posts what tills sent."""
        processo = self._iniciar("trabalhador", _trabalhador("pdv", concorrencia))
        self.trabalhadores.append(processo)
        return processo

    def matar_trabalhador(self, processo: subprocess.Popen[str]) -> None:
        self.processos.matar(processo)
        self.trabalhadores.remove(processo)

    def encerrar(self) -> None:
        self.processos.encerrar([*self.trabalhadores, *self.outros])
        self.tomada.close()

    def _iniciar_web(self) -> None:
        ponto = self.tomada.fileno()
        comando = [
            "gunicorn",
            "--config",
            "erp/config/gunicorn.py",
            "--bind",
            f"fd://{ponto}",
            "erp.config.wsgi:application",
        ]
        self.outros.append(self._iniciar("web", comando, herdados=(ponto,)))

    def _iniciar(self, papel: str, comando: list[str], herdados: tuple[int, ...] = ()) -> subprocess.Popen[str]:
        comando[0] = str(Path(sys.executable).parent / comando[0])
        return self.processos.iniciar(f"{self.nome}-{papel}", comando, self.ambiente, herdados=herdados)

    def esperar(self) -> None:
        """Until the web answers. Raises RuntimeError when it does not."""
        limite = time.monotonic() + SEGUNDOS_PARA_SUBIR
        while time.monotonic() < limite:
            if self.outros[0].poll() is not None:
                break
            try:
                pedido = http.client.HTTPConnection("127.0.0.1", self.porta, timeout=5)
                pedido.request("GET", "/saude/")
                pedido.getresponse().read()
                return
            except OSError:
                time.sleep(0.1)
            finally:
                pedido.close()
        raise RuntimeError(f"a web não subiu:\n{self.processos.fim_do_registro(f'{self.nome}-web')}")
