"""Celery tasks of the wiring itself."""

from __future__ import annotations

from celery import shared_task

from erp.config import mensageria


@shared_task
def limpar_mensagens_entregues() -> None:
    mensageria.limpar_mensagens_entregues()
