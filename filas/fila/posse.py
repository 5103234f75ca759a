"""Having a message in hand: claimed for a while, renewed while its call goes on, given back when its holder is gone.

What is in hand is a row at 1 with a `reserva` of its own claim and a time until which it is good, by the database's
clock. Whoever finishes it shows that `reserva`: one whose lease went to another finishes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from filas.copia import lista
from filas.fila.contextos import Contexto
from filas.fila.ritmo import Vagas, vagas


@dataclass(frozen=True)
class Pega:
    """One message in hand. `numero` is of this attempt, from 1; `nesta_vez` counts from the last reprocessing."""

    id: int
    token: UUID
    chave: str
    conteudo: str
    numero: int
    nesta_vez: int
    reserva: UUID
    enviando_desde: datetime


class Pegas(NamedTuple):
    """What a claim got. `volte_em`: nothing more because of the limit per second, and when to ask again."""

    mensagens: list[Pega]
    volte_em: timedelta | None = None


class _Estado(NamedTuple):
    pausado: bool
    falhas: int
    proxima_vaga_em: datetime | None


NADA = Pegas([])


def pegar(contexto: Contexto, quantas: int) -> Pegas:
    """Claim up to `quantas` messages that are due, oldest first, within every limit of the context.

    1. Hold the row of the context: claims of one context come one after the other, so its limits are exact.
    2. Paused: nothing. After a pause of its own making: one alone, as a trial.
    3. Of what is due, skip records that have a message being sent and rows that somebody holds.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        estado = _segurar_contexto(cursor, contexto.nome)
        if estado.pausado:
            return NADA
        agora, enviando = _em_maos(cursor, contexto.nome)
        cabem = contexto.concorrencia - enviando
        if estado.falhas >= contexto.falhas_ate_pausar:
            cabem = 1 - enviando
        do_ritmo = None
        if contexto.por_segundo is not None:
            do_ritmo = vagas(agora, estado.proxima_vaga_em, contexto.por_segundo)
            cabem = min(cabem, do_ritmo.quantas)
        cabem = min(cabem, quantas)
        mensagens = _tomar(cursor, contexto, cabem) if cabem > 0 else []
        if do_ritmo is None:
            return Pegas(mensagens)
        return _com_ritmo(cursor, contexto.nome, mensagens, do_ritmo, agora)


def pegar_uma(contexto: Contexto, token: UUID) -> Pega | None:
    """Claim the message of that token if it is pending and nothing of its record is being sent.

    A person asks for it: neither the limits nor a pause are looked at, nor when it is due.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _segurar_contexto(cursor, contexto.nome)
        pegas = _tomar(cursor, contexto, 1, token)
    return pegas[0] if pegas else None


def renovar(pegas: Sequence[Pega], reserva: timedelta) -> set[int]:
    """The heartbeat. Returns the ids that are no longer ours: somebody gave them back, or finished them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE wosk_queue m SET reservada_ate = statement_timestamp() + %s * interval '1 s'
               FROM unnest(%s::bigint[], %s::uuid[]) n(id, reserva)
               WHERE m.id = n.id AND m.reserva = n.reserva AND m.situacao = 1 RETURNING m.id""",
            [reserva.total_seconds(), lista(p.id for p in pegas), lista(p.reserva for p in pegas)],
        )
        return {p.id for p in pegas} - {linha[0] for linha in cursor.fetchall()}


def vencidas(contexto: str, limite: int) -> list[Pega]:
    """Messages whose lease is over, for `termino.devolver`: their holder is gone, or too late."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_COLUNAS} FROM wosk_queue m
                WHERE m.contexto = %s AND m.situacao = 1 AND m.reservada_ate < statement_timestamp()
                ORDER BY m.reservada_ate LIMIT %s""",
            [contexto, limite],
        )
        return [Pega(*linha) for linha in cursor.fetchall()]


def ha_o_que_fazer(contexto: str) -> bool:
    """Something is due and the context is not paused, or something was left in the hand of somebody who is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT 1 FROM wosk_queue WHERE contexto = %(contexto)s AND situacao = 1
                                AND reservada_ate < statement_timestamp())
                   OR (EXISTS (SELECT 1 FROM wosk_queue WHERE contexto = %(contexto)s AND situacao = 0
                                 AND proxima_tentativa_em <= statement_timestamp())
                       AND NOT EXISTS (SELECT 1 FROM wosk_queue_contexto WHERE contexto = %(contexto)s
                                 AND (pausado_por <> '' OR pausado_ate > statement_timestamp())))""",
            {"contexto": contexto},
        )
        return bool(cursor.fetchone()[0])


_COLUNAS = """m.id, m.token, m.chave, m.conteudo, m.tentativas, m.tentativas - m.tentativas_antes, m.reserva,
              m.enviando_desde"""


def _segurar_contexto(cursor: CursorWrapper, contexto: str) -> _Estado:
    for _ in range(2):
        cursor.execute(
            """SELECT pausado_por <> '' OR coalesce(pausado_ate > statement_timestamp(), false),
                      falhas_seguidas, proxima_vaga_em
               FROM wosk_queue_contexto WHERE contexto = %s FOR UPDATE""",
            [contexto],
        )
        if linha := cursor.fetchone():
            return _Estado(*linha)
        cursor.execute("INSERT INTO wosk_queue_contexto (contexto) VALUES (%s) ON CONFLICT DO NOTHING", [contexto])
    raise AssertionError("unreachable: the row was put there by us or by another")


def _em_maos(cursor: CursorWrapper, contexto: str) -> tuple[datetime, int]:
    """A statement of its own, after the lock: it sees what the claim before ours committed."""
    cursor.execute(
        "SELECT statement_timestamp(), count(*) FROM wosk_queue WHERE contexto = %s AND situacao = 1", [contexto]
    )
    agora, enviando = cursor.fetchone()
    return agora, enviando


def _tomar(cursor: CursorWrapper, contexto: Contexto, quantas: int, token: UUID | None = None) -> list[Pega]:
    qual = "m.proxima_tentativa_em <= statement_timestamp()" if token is None else "m.token = %s"
    cursor.execute(
        f"""WITH escolhidas AS (
                SELECT m.id FROM wosk_queue m
                WHERE m.contexto = %s AND m.situacao = 0 AND {qual}
                  AND NOT EXISTS (SELECT 1 FROM wosk_queue e
                                  WHERE e.contexto = m.contexto AND e.chave = m.chave AND e.situacao = 1)
                ORDER BY m.proxima_tentativa_em, m.id LIMIT %s FOR UPDATE OF m SKIP LOCKED)
            UPDATE wosk_queue m
            SET situacao = 1, reserva = %s, reservada_ate = statement_timestamp() + %s * interval '1 s',
                enviando_desde = statement_timestamp(), tentativas = m.tentativas + 1, mensagem = 'Enviando'
            FROM escolhidas WHERE m.id = escolhidas.id RETURNING {_COLUNAS}""",
        [contexto.nome, *([] if token is None else [token]), quantas, uuid4(), contexto.reserva.total_seconds()],
    )
    return sorted((Pega(*linha) for linha in cursor.fetchall()), key=lambda p: p.id)


def _com_ritmo(cursor: CursorWrapper, contexto: str, mensagens: list[Pega], do_ritmo: Vagas, agora: datetime) -> Pegas:
    proxima = do_ritmo.depois_de(len(mensagens))
    if mensagens:
        cursor.execute("UPDATE wosk_queue_contexto SET proxima_vaga_em = %s WHERE contexto = %s", [proxima, contexto])
    ha_mais = len(mensagens) >= do_ritmo.quantas
    return Pegas(mensagens, max(proxima - agora, timedelta(0)) if ha_mais else None)
