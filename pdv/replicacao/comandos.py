"""What the retaguarda asks of a till. The till calls, is told what is open, obeys and says so; nobody calls the till.

A command is closed by the till's word or by what it asked for arriving, whichever comes first: a confirmation lost on
the way must not make a till repeat for ever. `pedir_replicacao` and `cumprir_com_a_chegada` work in the caller's
transaction; who closes several commands locks them by id.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from pdv.replicacao.models import Comando

_ABERTAS: Final = (Comando.Situacao.PENDENTE.value, Comando.Situacao.ENTREGUE.value)


def pedir_replicacao(
    cursor: CursorWrapper,
    *,
    ponto_venda_id: int,
    filial_id: int,
    instalacao: UUID,
    id_operacao: int,
    usuario: str,
    motivo: str,
    agora: datetime,
) -> int:
    """Ask a till to replicate an operation again; returns the command's id. In the caller's transaction.

    One that is still open for the same operation is left as it is and returned: the till has not heard of it, or has
    not sent yet, so it asks for the same thing.
    """
    chave = (ponto_venda_id, instalacao, id_operacao)
    cursor.execute(
        "SELECT id FROM pdv_comando WHERE ponto_venda_id = %s AND instalacao = %s AND id_operacao = %s "
        "AND tipo = %s AND situacao = ANY(%s) ORDER BY id FOR UPDATE",
        [*chave, Comando.Tipo.REPLICAR.value, list(_ABERTAS)],
    )
    if aberto := cursor.fetchone():
        return int(aberto[0])
    cursor.execute(
        "INSERT INTO pdv_comando (ponto_venda_id, instalacao, id_operacao, filial_id, tipo, situacao, pedido_em, "
        "pedido_por, motivo, resposta) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '') RETURNING id",
        [
            *chave, filial_id, Comando.Tipo.REPLICAR.value, Comando.Situacao.PENDENTE.value, agora, usuario[:150],
            motivo[:500],
        ],
    )  # fmt: skip
    return int(cursor.fetchone()[0])
