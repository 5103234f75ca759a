"""Celery shells. A message lost costs a minute: the routine Contatos/Enviar does the same."""

from celery import shared_task

from erp.contatos import services


@shared_task(name="contatos.enviar", ignore_result=True)
def enviar() -> None:
    services.enviar()
