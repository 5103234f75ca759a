"""Routines as staff see them, each time one ran, and what must be told about it."""

from erp.rotinas.models.alarme import AlarmeRotina
from erp.rotinas.models.batida import Batida
from erp.rotinas.models.execucao import Execucao
from erp.rotinas.models.registros import ItemExecucao, LinhaExecucao
from erp.rotinas.models.rotina import RotinaAgendada
from erp.rotinas.models.vigiados import AgendaVigiada, CrontabVigiado, IntervaloVigiado

__all__ = [
    "AgendaVigiada",
    "AlarmeRotina",
    "Batida",
    "CrontabVigiado",
    "Execucao",
    "IntervaloVigiado",
    "ItemExecucao",
    "LinhaExecucao",
    "RotinaAgendada",
]
