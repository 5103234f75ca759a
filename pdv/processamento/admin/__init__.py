"""The staff's window on staging and processing; importing it registers every page.

All of the PDV's pages live here, staging's too: they show what processing made of it, and `pdv.replicacao` may not
know of that.
"""

from pdv.processamento.admin import divergencias, notas, operacoes, registros, rejeicoes, reprocessos, retomadas, turnos

__all__ = ["divergencias", "notas", "operacoes", "registros", "rejeicoes", "reprocessos", "retomadas", "turnos"]
