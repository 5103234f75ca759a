"""The wake-ups of the queue."""

from celery import shared_task

from filas.fila.massa import trabalhar

SEGUNDOS = 60.0  # then the next wake-up, or the tick, goes on: no task holds a worker for ever


@shared_task(name="filas.em_massa", ignore_result=True)
def em_massa() -> None:
    trabalhar(limite_segundos=SEGUNDOS)
