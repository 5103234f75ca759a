"""Celery shells. A message lost costs seconds: the routine provedores/webhooks wakes again."""

from celery import shared_task
from django.conf import settings

from erp.provedores.services import processar_pendentes


@shared_task(name="provedores.processar", ignore_result=True)
def processar() -> None:
    """In the queue of what talks to the world (`CELERY_TASK_ROUTES`)."""
    processar_pendentes(linhas=settings.PROVEDORES_LINHAS)
