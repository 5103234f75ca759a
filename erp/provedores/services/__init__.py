"""What provedores does."""

from erp.provedores.services.atos import anotar_leitura, pausar, reprocessar_webhooks, retomar
from erp.provedores.services.caixa import DESPERTADOR, guardar_webhook
from erp.provedores.services.processamento import Feito, processar_pendentes, provedores_com_trabalho
from erp.provedores.services.retencao import esquecer

__all__ = [
    "DESPERTADOR",
    "Feito",
    "anotar_leitura",
    "esquecer",
    "guardar_webhook",
    "pausar",
    "processar_pendentes",
    "provedores_com_trabalho",
    "reprocessar_webhooks",
    "retomar",
]
