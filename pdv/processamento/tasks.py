"""The wake-up of the drain."""

from celery import shared_task

from pdv.processamento.services import drenar_tudo

SEGUNDOS = 60.0  # then the next wake-up, or the tick, goes on: no task holds a worker for ever


@shared_task(name="pdv.processar", ignore_result=True)
def processar() -> None:
    drenar_tudo(limite_segundos=SEGUNDOS)
