"""The staff's window on staging and processing; importing it registers every page.

All of the PDV's pages live here, staging's too: they show what processing made of it, and `pdv.replicacao` may not
know of that.
"""

from pdv.processamento.admin import (
    comandos,
    divergencias,
    notas,
    operacoes,
    pendencias,
    registros,
    rejeicoes,
    replicar,
    reprocessos,
    retomadas,
    turnos,
)

__all__ = [
    "comandos",
    "divergencias",
    "notas",
    "operacoes",
    "pendencias",
    "registros",
    "rejeicoes",
    "replicar",
    "reprocessos",
    "retomadas",
    "turnos",
]
