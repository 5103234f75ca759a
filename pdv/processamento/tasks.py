"""The wake-ups: of the drain, of the mass reprocess, and of groups of errors sent back together."""

from celery import shared_task

from pdv.processamento.atos.retomada import enviar_o_que_falta
from pdv.processamento.reprocesso.worker import trabalhar
from pdv.processamento.services import drenar_tudo

SEGUNDOS = 60.0  # then the next wake-up, or the tick, goes on: no task holds a worker for ever


@shared_task(name="pdv.processar", ignore_result=True)
def processar() -> None:
    drenar_tudo(limite_segundos=SEGUNDOS)


@shared_task(name="pdv.reprocessar_em_massa", ignore_result=True)
def reprocessar_em_massa() -> None:
    trabalhar(limite_segundos=SEGUNDOS)


@shared_task(name="pdv.retomar", ignore_result=True)
def retomar() -> None:
    enviar_o_que_falta(limite_segundos=SEGUNDOS)
