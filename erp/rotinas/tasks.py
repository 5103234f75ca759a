"""Celery shells: whatever message comes, it only wakes. What is due is a row, made by the tick."""

import multiprocessing
from typing import Any

from celery import shared_task
from celery.signals import worker_process_init, worker_shutting_down

from erp.rotinas import services

_parando = multiprocessing.Event()  # made before the worker forks: its children see what it sets


@shared_task(name="erp.rotinas.executar", ignore_result=True)
def executar(caminho: str) -> None:
    """What every schedule sends; the path is for whoever reads the messages."""
    services.acordada(parar=_parando.is_set)


@shared_task(name="erp.rotinas.executar_pendentes", ignore_result=True)
def executar_pendentes() -> None:
    """What a request wakes."""
    services.acordada(parar=_parando.is_set)


@worker_shutting_down.connect
def _nao_pegar_mais(**_: Any) -> None:
    """A worker that is told to stop ends the run it has in hand and takes no other."""
    _parando.set()


@worker_process_init.connect
def _processo_descartavel(**_: Any) -> None:
    services.processo_descartavel()
