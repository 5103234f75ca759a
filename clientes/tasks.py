"""The wake-ups of the Monitor: notes to drain, customers to send again, places that were named."""

from celery import shared_task

from clientes.monitor.informar import curar
from clientes.monitor.reenvio import andar
from clientes.monitor.services import varrer

SEGUNDOS = 60.0  # then the next wake-up, or the tick, goes on: no task holds a worker for ever


@shared_task(name="clientes.varrer", ignore_result=True)
def varrer_tudo() -> None:
    varrer(por="aviso", limite_segundos=SEGUNDOS)


@shared_task(name="clientes.reenviar", ignore_result=True)
def reenviar() -> None:
    andar(limite_segundos=SEGUNDOS)


@shared_task(name="clientes.curar", ignore_result=True)
def curar_lugares() -> None:
    curar(limite_segundos=SEGUNDOS)
