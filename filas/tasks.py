"""The wake-ups of the queue."""

from celery import shared_task

from filas.fila.massa import trabalhar
from filas.fila.motor import enviar as enviar_fila

SEGUNDOS = 60.0  # then the next wake-up, or the tick, goes on: no task holds a worker for ever
VALIDADE = 120  # seconds of a wake-up to send: those that pile up behind a long run are for nothing


@shared_task(name="filas.em_massa", ignore_result=True)
def em_massa() -> None:
    trabalhar(limite_segundos=SEGUNDOS)


@shared_task(name="filas.enviar", ignore_result=True)
def enviar() -> None:
    """In a queue of its own (`CELERY_TASK_ROUTES`): a slow outside world must never make the tills wait."""
    enviar_fila(segundos=SEGUNDOS)
