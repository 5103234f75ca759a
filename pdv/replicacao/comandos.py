"""What the retaguarda asks of a till. The till calls, is told what is open, obeys and says so; nobody calls the till.

A command is closed by the till's word or by what it asked for arriving, whichever comes first: a confirmation lost on
the way must not make a till repeat for ever. A till knows only the commands of its own installation.
Who locks several commands locks them by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from pdv.replicacao.armazem import OPERACAO, Origem
from pdv.replicacao.models import Comando

POR_PERGUNTA: Final = 200  # commands told at once; the till asks again
ESPERA_PELA_TRAVA: Final = "5s"
CHEGOU: Final = "A operação chegou de novo."
SUBSTITUIDO: Final = "Substituído por um pedido mais novo."

log = structlog.get_logger(__name__)


class ComandoNaoEncontrado(Exception):
    """Este PDV não tem um comando com esse número."""


class Aberto(NamedTuple):
    """What a till is told of a command."""

    id: int
    tipo: str
    id_operacao: int


_SUBSTITUIR: Final = """
UPDATE pdv_comando SET situacao = 4, concluido_em = %s, resposta = %s WHERE id IN (
    SELECT id FROM pdv_comando WHERE ponto_venda_id = %s AND instalacao = %s AND id_operacao = %s
    AND tipo = 'replicar' AND situacao IN (0, 1) ORDER BY id FOR UPDATE)
"""


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

    An open command for the same operation gives way to the new one, so that nothing that is on its way closes this one.
    """
    chave = (ponto_venda_id, instalacao, id_operacao)
    cursor.execute(_SUBSTITUIR, [agora, SUBSTITUIDO, *chave])
    cursor.execute(
        "INSERT INTO pdv_comando (ponto_venda_id, instalacao, id_operacao, filial_id, tipo, situacao, pedido_em, "
        "pedido_por, motivo, resposta) VALUES (%s, %s, %s, %s, 'replicar', 0, %s, %s, %s, '') RETURNING id",
        [*chave, filial_id, agora, usuario[:150], motivo[:500]],
    )
    return int(cursor.fetchone()[0])


# Another transaction may take the operation out of staging and ask for it again while a package of it is on its way
# in: the row must be there, in the same glance that sees the command.
_CUMPRIR: Final = f"""
UPDATE pdv_comando SET situacao = 2, concluido_em = %s, resposta = %s WHERE id IN (
    SELECT c.id FROM pdv_comando c
    WHERE c.ponto_venda_id = %s AND c.situacao IN (0, 1) AND c.instalacao = %s AND c.tipo = 'replicar'
    AND c.id_operacao = ANY(%s) AND EXISTS(
        SELECT FROM {OPERACAO} o WHERE o.ponto_venda_id = c.ponto_venda_id AND o.instalacao = c.instalacao
        AND o.id_operacao = c.id_operacao)
    ORDER BY c.id FOR UPDATE OF c)
"""


def cumprir_com_a_chegada(cursor: CursorWrapper, origem: Origem, operacoes: Sequence[int | None]) -> None:
    """Close the open commands whose operation is in staging again. In the caller's transaction."""
    cursor.execute(
        _CUMPRIR,
        [origem.agora, CHEGOU, origem.ponto_venda_id, origem.instalacao, [o for o in operacoes if o is not None]],
    )


_ENTREGAR: Final = """
WITH abertos AS (
    SELECT id FROM pdv_comando WHERE ponto_venda_id = %s AND situacao IN (0, 1) AND instalacao = %s
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE pdv_comando c SET situacao = 1, entregue_em = coalesce(c.entregue_em, %s) FROM abertos a WHERE c.id = a.id
RETURNING c.id, c.tipo, c.id_operacao
"""


def listar(*, ponto_venda_id: int, instalacao: UUID, agora: datetime, gravar: bool = True) -> list[Aberto]:
    """The oldest commands of this till and installation that are open, noted as delivered: told until they are closed.

    One that somebody is closing at this moment is left for the next question.
    With `gravar` false (a key of homologação) nothing is noted.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ENTREGAR, [ponto_venda_id, instalacao, POR_PERGUNTA, agora])
        abertos = sorted(Aberto(*linha) for linha in cursor.fetchall())
        if not gravar:
            transaction.set_rollback(True)
    return abertos


_CONCLUIR: Final = """
UPDATE pdv_comando SET situacao = %s, concluido_em = %s, resposta = %s, entregue_em = coalesce(entregue_em, %s)
WHERE id = %s AND ponto_venda_id = %s AND instalacao = %s AND situacao IN (0, 1)
"""


def concluir(
    *,
    comando_id: int,
    ponto_venda_id: int,
    instalacao: UUID,
    cumprido: bool,
    mensagem: str,
    agora: datetime,
    gravar: bool = True,
) -> Comando.Situacao:
    """Close a command by the word of its till; returns what it is now. One that is closed stays as it was closed.

    Raises ComandoNaoEncontrado for what is not this till's, or another installation's.
    """
    situacao = Comando.Situacao.CUMPRIDO if cumprido else Comando.Situacao.RECUSADO
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [ESPERA_PELA_TRAVA])
        cursor.execute(
            _CONCLUIR,
            [situacao.value, agora, mensagem[:500], agora, comando_id, ponto_venda_id, instalacao],
        )
        do_pdv = Comando.objects.filter(pk=comando_id, ponto_venda_id=ponto_venda_id, instalacao=instalacao)
        ficou = do_pdv.values_list("situacao", flat=True).first()
        if not gravar:
            transaction.set_rollback(True)
    if ficou is None:
        raise ComandoNaoEncontrado(comando_id)
    if ficou == Comando.Situacao.RECUSADO:
        log.warning("o PDV não cumpriu um comando", comando=comando_id, motivo=mensagem)
    return Comando.Situacao(ficou)
