"""The broker of a run: the embedded one, or a Redis of the run's own where that program is installed."""

from __future__ import annotations

import shutil
import socket
import time

from bench.medidas.base import Oficina
from bench.pasta import porta_livre

EMBUTIDO = ""
SEGUNDOS_PARA_SUBIR = 10.0


def iniciar_redis(oficina: Oficina) -> str | None:
    """The URL of a Redis started for this run, memory only; None where redis-server is not installed."""
    programa = shutil.which("redis-server")
    if programa is None:
        return None
    porta = porta_livre()
    comando = [programa, "--port", str(porta), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
               "--dir", str(oficina.pasta.raiz)]  # fmt: skip
    oficina.processos.iniciar("redis", comando, oficina.pasta.variaveis())
    limite = time.monotonic() + SEGUNDOS_PARA_SUBIR
    while time.monotonic() < limite:
        try:
            socket.create_connection(("127.0.0.1", porta), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return f"redis://127.0.0.1:{porta}/0"
    raise RuntimeError(f"o Redis não subiu:\n{oficina.processos.fim_do_registro('redis')}")
