"""The webhooks of emitters: each names notes, and the emitter is asked about each."""

from __future__ import annotations

from erp.fiscal.emissores.portas import Emissor
from erp.fiscal.emissores.services import consultar
from erp.provedores.models import WebhookRecebido
from erp.provedores.webhooks import Webhook


class WebhookNota(Webhook):
    """One emitter's. Its address may end in the kind of note (`.../nfce`), for bodies that do not say it."""

    def __init__(self, emissor: Emissor, ajuste_segredo: str) -> None:
        self.emissor, self.ajuste_segredo = emissor, ajuste_segredo

    def processar(self, webhook: WebhookRecebido) -> str:
        """Ask about every note that is named. Raises as the port does: what was written before stays, and is repeated."""
        feitos = [
            consultar(self.emissor, pista, webhook_id=webhook.pk)
            for pista in self.emissor.pistas(webhook.bruto, webhook.caminho)
        ]
        return "; ".join(f"{evento}: {evento.explicacao}" for evento in feitos)
