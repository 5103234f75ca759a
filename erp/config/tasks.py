"""Celery tasks of the wiring itself."""

from __future__ import annotations

from celery import shared_task

from erp.config import transporte


@shared_task
def limpar_mensagens_entregues() -> None:
    transporte.limpar_mensagens_entregues()
