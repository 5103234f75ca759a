"""The sealer: events in, seals out, one batch to a transaction. No writer waits for it, and it waits for no writer.

An appended event cannot hold a hash of what commits after it, and PostgreSQL shows no order of commits: so the order is
that of the seals. What a transaction that is still open wrote is sealed after its commit, whenever that is.
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from auditoria import serial
from auditoria.relogio import instante_do_lote
from auditoria.serial import Linha

LOTE: Final = 5_000
_NENHUM: Final = UUID(int=0)
_ESPERA_ENTRE_PEDIDOS: Final = 0.05

_TRAVAR = "SELECT pg_try_advisory_xact_lock(hashtextextended('auditoria.selador', 0))"
_ULTIMO = "SELECT sequencia, hash FROM auditoria_selo ORDER BY sequencia DESC LIMIT 1"
# The join leaves out what waits without an event: that is for the verification to tell. What has its seal should not be
# waiting: a row put in by hand, or by a restore. LATERAL with LIMIT: one look by the index for each, at any size.
_A_SELAR = f"""SELECT s.selado IS NOT NULL, {serial.COLUNAS} FROM auditoria_a_selar a JOIN auditoria_evento e ON e.id = a.evento
    LEFT JOIN LATERAL (SELECT true AS selado FROM auditoria_selo x WHERE x.evento = a.evento LIMIT 1) s ON true
    WHERE a.evento > %s ORDER BY a.evento LIMIT %s"""
_TIRAR = (
    "DELETE FROM auditoria_a_selar a USING auditoria_selo s WHERE s.evento = a.evento AND s.sequencia BETWEEN %s AND %s"
)
_TIRAR_SELADOS = "DELETE FROM auditoria_a_selar WHERE evento = ANY(%s)"


class Ocupado(Exception):
    """Outro selador está trabalhando, ou um resumo está sendo feito."""


class UltimoSelo(NamedTuple):
    """Where the chain stands; before the first seal, zero."""

    sequencia: int
    hash: bytes


class _Lote(NamedTuple):
    """What a batch did; `ultimo` is where the next one goes on."""

    selados: int
    lidos: int
    ultimo: UUID


def selar(*, esperar: float = 0, lote: int = LOTE) -> int:
    """Seal every event that is committed and waits; returns how many.

    Several at once do no harm: one works, the others give up at once, or ask again for up to `esperar` seconds.
    1. Take the lock of the chain, which ends with the transaction, whatever becomes of this process.
    2. Read where the chain stands and up to `lote` events that wait, oldest first.
    3. Hash them in order, write the seals by COPY, take the events out of what waits. Commit; again, past the last.
    What waits and has its seal already is only taken out.
    Raises `RelogioVoltou` when the database's clock is behind the chain: the events wait.
    """
    selados, depois_de, limite = 0, _NENHUM, time.monotonic() + esperar
    while True:
        try:
            feito = _selar_lote(depois_de, lote)
        except Ocupado:
            if time.monotonic() >= limite:
                return selados
            time.sleep(_ESPERA_ENTRE_PEDIDOS)
            continue
        selados += feito.selados
        if feito.lidos < lote:
            return selados
        depois_de = feito.ultimo


def travar(cursor: CursorWrapper) -> None:
    """Hold the chain until the transaction ends: nothing is sealed meanwhile. Asks, never waits: raises `Ocupado`."""
    cursor.execute(_TRAVAR)
    if not cursor.fetchone()[0]:
        raise Ocupado


def ultimo_selo(cursor: CursorWrapper) -> UltimoSelo:
    """Where the chain stands. Under the lock it stays so."""
    cursor.execute(_ULTIMO)
    linha = cursor.fetchone()
    return UltimoSelo(linha[0], bytes(linha[1])) if linha else UltimoSelo(0, serial.ZERO)


@transaction.atomic
def _selar_lote(depois_de: UUID, lote: int) -> _Lote:
    with connection.cursor() as cursor:
        travar(cursor)
        ultimo = ultimo_selo(cursor)  # a statement after the lock: it sees what the sealer before committed
        cursor.execute(_A_SELAR, [depois_de, lote])
        lidas = [(selado, Linha(*linha)) for selado, *linha in cursor.fetchall()]
        linhas = [linha for selado, linha in lidas if not selado]
        if linhas:
            _escrever(cursor, ultimo, instante_do_lote(cursor), linhas)
            cursor.execute(_TIRAR, [ultimo.sequencia + 1, ultimo.sequencia + len(linhas)])
        if len(linhas) < len(lidas):
            cursor.execute(_TIRAR_SELADOS, [[linha.id for selado, linha in lidas if selado]])
    return _Lote(len(linhas), len(lidas), lidas[-1][1].id if lidas else depois_de)


def _escrever(cursor: CursorWrapper, ultimo: UltimoSelo, selado_em: datetime, linhas: Sequence[Linha]) -> None:
    anterior, saida, quando = ultimo.hash, io.StringIO(), selado_em.isoformat()
    for sequencia, linha in enumerate(linhas, ultimo.sequencia + 1):
        anterior = serial.selar(anterior, sequencia, selado_em, serial.canonico(linha))
        saida.write(f"{sequencia}\t{linha.id}\t\\\\x{anterior.hex()}\t{quando}\t{serial.VERSAO}\n")
    saida.seek(0)
    # django's wrapper translates errors of execute() only; copy_expert goes by its own context
    with cursor.db.wrap_database_errors:
        cursor.copy_expert("COPY auditoria_selo (sequencia, evento, hash, selado_em, versao) FROM STDIN", saida)
