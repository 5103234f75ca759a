"""What rotinas does: tick, run, ask to run, keep the schedules, tell what went wrong, forget."""

from erp.rotinas.despertar import DESPERTADOR
from erp.rotinas.services.agendas import sincronizar_agendas
from erp.rotinas.services.alarmes import atencao_passou, avisar, marcar_visto, pedir_atencao
from erp.rotinas.services.aprovacoes import vencer_aprovacoes
from erp.rotinas.services.batida import tique
from erp.rotinas.services.execucao import em_curso, executar
from erp.rotinas.services.limpeza import esquecer_execucoes, interromper_mortas
from erp.rotinas.services.pedidos import solicitar_execucao
from erp.rotinas.services.pendentes import acordada, executar_pendentes
from erp.rotinas.services.pulso import processo_descartavel
from erp.rotinas.services.vigilia import costume, vigiar

__all__ = [
    "DESPERTADOR",
    "acordada",
    "atencao_passou",
    "avisar",
    "costume",
    "em_curso",
    "esquecer_execucoes",
    "executar",
    "executar_pendentes",
    "interromper_mortas",
    "marcar_visto",
    "pedir_atencao",
    "processo_descartavel",
    "sincronizar_agendas",
    "solicitar_execucao",
    "tique",
    "vencer_aprovacoes",
    "vigiar",
]
