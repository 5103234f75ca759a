"""What sincronizacao does."""

from erp.sincronizacao.services.comparacao import comparar
from erp.sincronizacao.services.conflitos import resolver
from erp.sincronizacao.services.passadas import aceitar_exclusoes, refazer
from erp.sincronizacao.services.recepcao import receber
from erp.sincronizacao.services.rodada import sincronizar

__all__ = ["aceitar_exclusoes", "comparar", "receber", "refazer", "resolver", "sincronizar"]
