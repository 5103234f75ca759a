"""The schedule of the tags."""

from __future__ import annotations

from erp.planos.tipagem.services import tipar
from erp.rotinas.agenda import semanal
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import rotina


@rotina("Cliente/TiparClientes", semanal("dom", "04:00"), "Etiqueta os clientes", simulavel=True)
def tipar_clientes(contexto: Contexto) -> None:
    """Diz de cada cliente se é titular, dependente, falecido, felicitado (aniversário em até 7 dias), ex-cliente ou
    varejo, desde quando e por quê; o que mudou fica no histórico."""
    tipar(contexto)
