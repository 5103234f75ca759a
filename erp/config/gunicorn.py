"""gunicorn's configuration: two processes with a few threads, metrics summed over both, JSON logs.

PORTA (8000), ENDERECO (127.0.0.1), PROCESSOS_WEB (2), LINHAS_WEB (8) come from the environment.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from erp.config import ambiente, escapes, logs

escapes.cobrir()  # the workers are forks of the process that reads this
bind = f"{ambiente.texto('ENDERECO', '127.0.0.1')}:{ambiente.inteiro('PORTA', 8000, minimo=0, maximo=65535)}"
workers = ambiente.inteiro("PROCESSOS_WEB", 2, minimo=1, maximo=64)
worker_class = "erp.config.trabalhador.Trabalhador"
threads = ambiente.inteiro("LINHAS_WEB", 8, minimo=1, maximo=64)
timeout = 60
graceful_timeout = ambiente.inteiro("ESPERA_AO_PARAR", 4, minimo=1, maximo=600)  # honcho kills after 5 s
preload_app = False  # each process opens its own database and broker connections
control_socket_disable = True  # it would be shared by every checkout of this user
logconfig_dict = logs.configurar(
    ambiente.escolha("LOG_NIVEL", "INFO", ambiente.NIVEIS), ambiente.escolha("LOG_FORMATO", "json", ambiente.FORMATOS)
)
# django-structlog writes of each request already, with who asked.
logconfig_dict["loggers"]["gunicorn.access"] = {"handlers": [], "level": "CRITICAL", "propagate": False}

PREFIXO = "retaguarda-metricas-"


def _pasta_de_metricas() -> str:
    """A folder for this arbiter, the same when it reloads. Those of arbiters that were killed are taken away."""
    atual = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    minha = f"{PREFIXO}{os.getpid()}-"
    if Path(atual).name.startswith(minha):
        return atual
    for pasta in Path(tempfile.gettempdir()).glob(f"{PREFIXO}*"):
        dono = pasta.name.removeprefix(PREFIXO).partition("-")[0]
        if not (dono.isdigit() and _vive(int(dono))):
            shutil.rmtree(pasta, ignore_errors=True)
    return tempfile.mkdtemp(prefix=minha)


def _vive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# Before any process imports prometheus_client, which reads it then.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _pasta_de_metricas()


def post_worker_init(worker: Any) -> None:
    """The application is loaded, and stays: a body of 500 customers must not make the collector walk all of Django."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess  # only here: it reads the folder set above when it is first imported

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library has no types for it


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
