"""What planos does. Locks: accounting periods, contracts by id, titles by id."""

from erp.planos.services.avisos import registrar_aviso
from erp.planos.services.dependentes import excluir_dependente, incluir_dependente
from erp.planos.services.estados import cancelar, combinar, reativar, suspender
from erp.planos.services.obitos import registrar_obito
from erp.planos.services.venda import vender

__all__ = [
    "cancelar",
    "combinar",
    "excluir_dependente",
    "incluir_dependente",
    "reativar",
    "registrar_aviso",
    "registrar_obito",
    "suspender",
    "vender",
]
