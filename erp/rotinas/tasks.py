"""Celery shells. A message lost costs time only: beat sends the next."""

from celery import shared_task

from auditoria.services import Ator
from erp.rotinas import services


@shared_task(name="erp.rotinas.executar", ignore_result=True)
def executar(caminho: str) -> None:
    """What every schedule calls."""
    services.executar(caminho, iniciada_por=Ator("sistema", "agenda"))


@shared_task(name="erp.rotinas.executar_pendentes", ignore_result=True)
def executar_pendentes() -> None:
    """What "executar agora" wakes."""
    services.executar_pendentes()
