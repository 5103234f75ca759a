"""The wake-ups of the Monitor: notes to drain, and customers to send again."""

from celery import shared_task

from clientes.monitor.reenvio import andar
from clientes.monitor.services import varrer

SEGUNDOS = 60.0  # then the next wake-up, or the tick, goes on: no task holds a worker for ever


@shared_task(name="clientes.varrer", ignore_result=True)
def varrer_tudo() -> None:
    varrer(por="aviso", limite_segundos=SEGUNDOS)


@shared_task(name="clientes.reenviar", ignore_result=True)
def reenviar() -> None:
    andar(limite_segundos=SEGUNDOS)
