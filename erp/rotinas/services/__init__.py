"""What rotinas does: run, ask to run, keep the schedules, forget."""

from erp.rotinas.despertar import DESPERTADOR
from erp.rotinas.services.agendas import sincronizar_agendas
from erp.rotinas.services.execucao import executar, executar_pendentes
from erp.rotinas.services.limpeza import esquecer_execucoes, interromper_mortas
from erp.rotinas.services.pedidos import solicitar_execucao

__all__ = [
    "DESPERTADOR",
    "esquecer_execucoes",
    "executar",
    "executar_pendentes",
    "interromper_mortas",
    "sincronizar_agendas",
    "solicitar_execucao",
]
