"""Who each customer is to the company, told by tags."""

from __future__ import annotations

from django.db import connection, transaction

from erp.planos.tipagem.faixas import comparar, faixas
from erp.rotinas.contexto import Contexto

CLIENTES_POR_VEZ = 20_000


def tipar(contexto: Contexto, *, por_vez: int = CLIENTES_POR_VEZ) -> None:
    """Make the tags of every customer what they should be on the day of `contexto.referencia`.

    1. The customers, in order of code, `por_vez` at a time; each stretch is one transaction.
    2. The tags that should be are computed and compared with those that are, in one statement.
    3. What differs is written, and what it was goes to the history; what does not is left alone.

    Killed midway, it is done so far: the next run finds nothing to change there. A simulation counts and writes nothing.
    """
    for faixa in faixas(por_vez):
        with transaction.atomic(), connection.cursor() as cursor:
            feito = comparar(cursor, faixa, contexto.referencia, gravar=not contexto.simulacao)
            contexto.confirmar()
        contexto.contar("clientes", feito.clientes)
        for (tipo, fato), quantas in feito.mudancas.items():
            contexto.contar(f"{tipo.label.lower()}: {fato}", quantas)
