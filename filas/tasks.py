"""The wake-ups of the queue."""

from __future__ import annotations

import multiprocessing
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from filas.fila.massa import trabalhar
from filas.fila.motor import enviar as enviar_fila

SEGUNDOS = 60.0  # then the next wake-up, or the tick, goes on: no task holds a worker for ever
_parando = multiprocessing.Event()  # made before the worker forks: its children see what it sets
VALIDADE = 120  # seconds of a wake-up to send: those that pile up behind a long run are for nothing


@shared_task(name="filas.em_massa", ignore_result=True)
def em_massa() -> None:
    trabalhar(limite_segundos=SEGUNDOS)


@shared_task(name="filas.enviar", ignore_result=True)
def enviar() -> None:
    """In a queue of its own (`CELERY_TASK_ROUTES`): a slow outside world must never make the tills wait."""
    enviar_fila(segundos=SEGUNDOS, parar=_parando.is_set)


@worker_shutting_down.connect
def _nao_pegar_mais(**_: Any) -> None:
    """A worker that is told to stop ends the calls it has out and begins no other: none is left for its lease to end."""
    _parando.set()
