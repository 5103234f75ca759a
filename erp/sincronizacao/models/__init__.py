"""The tables of sincronizacao."""

from erp.sincronizacao.models.conflito import Conflito
from erp.sincronizacao.models.cursor import CursorEntidade
from erp.sincronizacao.models.diferenca import Diferenca
from erp.sincronizacao.models.mudanca import FeedLigado, Mudanca
from erp.sincronizacao.models.recebido import RegistroSincronizado
from erp.sincronizacao.models.venda import EnvioLigado, VendaAEnviar

__all__ = [
    "Conflito",
    "CursorEntidade",
    "Diferenca",
    "EnvioLigado",
    "FeedLigado",
    "Mudanca",
    "RegistroSincronizado",
    "VendaAEnviar",
]
