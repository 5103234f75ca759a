"""The tables of cobrancas."""

from erp.cobrancas.models.cobranca import Cobranca
from erp.cobrancas.models.evento import AlarmeCobranca, Devolucao, EventoCobranca, Pagamento
from erp.cobrancas.models.notificacao import Notificacao
from erp.cobrancas.models.pedido import PedidoDevolucao
from erp.cobrancas.models.pix import JanelaPix, PixRecebido
from erp.cobrancas.models.tef import ArquivoTef, LayoutTef, LinhaTef, MarcaTef, TefEvento

__all__ = [
    "AlarmeCobranca",
    "ArquivoTef",
    "Cobranca",
    "Devolucao",
    "EventoCobranca",
    "JanelaPix",
    "LayoutTef",
    "LinhaTef",
    "MarcaTef",
    "Notificacao",
    "Pagamento",
    "PedidoDevolucao",
    "PixRecebido",
    "TefEvento",
]
