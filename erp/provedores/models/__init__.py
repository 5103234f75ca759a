"""The tables of provedores: how each one is doing, and what they told us."""

from erp.provedores.models.dito import EventoDito
from erp.provedores.models.estado import ContagemProvedor, EstadoProvedor
from erp.provedores.models.webhook import WebhookRecebido

__all__ = ["ContagemProvedor", "EstadoProvedor", "EventoDito", "WebhookRecebido"]
