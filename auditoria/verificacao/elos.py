"""Seals with their events, a page at a time: memory does not grow, and no snapshot is held for an hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from auditoria import serial
from auditoria.particoes import TABELA
from auditoria.serial import Forma, Linha

PAGINA: Final = 2_000
# Instants that Python cannot hold (infinity, the year 20000, before Christ) come as the last or the first that it can: what
# is wrong with such a seal is named as of any other, and the walk goes on.
SELADO_EM: Final = "greatest(least(s.selado_em, '9999-12-31 23:59:59.999999+00'), '0001-01-02 00:00+00')"
# What is appended while we read has a greater number, and what is read never changes: pages are as good as a snapshot.
_PAGINA: Final = f"""SELECT s.sequencia, CASE WHEN e.id IS NULL THEN s.evento END, s.hash, {SELADO_EM}, s.versao, {serial.COLUNAS}
    FROM auditoria_selo s LEFT JOIN {{tabela}} e ON e.id = s.evento
    WHERE s.sequencia > %s ORDER BY s.sequencia LIMIT %s"""
_DO_SELO: Final = 5
_HASH: Final = "SELECT hash FROM auditoria_selo WHERE sequencia = %s"
_ULTIMO: Final = "SELECT max(sequencia) FROM auditoria_selo"


class Elo(NamedTuple):
    """One seal, and its event as it is today: `linha` and `forma` are None when PostgreSQL has it not."""

    sequencia: int
    evento: UUID
    hash: bytes
    selado_em: datetime
    versao: int
    linha: Linha | None
    forma: Forma | None

    @property
    def conteudo(self) -> bytes | None:
        """The bytes of the event."""
        return None if self.forma is None else self.forma.conteudo


def pagina(depois_de: int, limite: int = PAGINA, *, tabela: str = TABELA) -> list[Elo]:
    """Up to so many seals after one, in order, with what the table (or one partition of it) has of their events."""
    with connection.cursor() as cursor:
        cursor.execute(_PAGINA.format(tabela=tabela), [depois_de, limite])
        return [_elo(linha) for linha in cursor.fetchall()]


def paginas(depois_de: int, ate: int, *, tabela: str = TABELA) -> Iterator[list[Elo]]:
    """The seals after one and up to another, in order."""
    while depois_de < ate:
        lidos = pagina(depois_de, min(PAGINA, ate - depois_de), tabela=tabela)
        if dentro := [elo for elo in lidos if elo.sequencia <= ate]:
            yield dentro
        if len(dentro) < len(lidos) or not lidos:
            return
        depois_de = lidos[-1].sequencia


def vizinhos(sequencia: int, distancia: int) -> list[Elo]:
    """The seals around one."""
    return [elo for lidos in paginas(sequencia - distancia - 1, sequencia + distancia) for elo in lidos]


def hash_de(sequencia: int) -> bytes | None:
    """The hash of one seal; None where it is missing."""
    with connection.cursor() as cursor:
        cursor.execute(_HASH, [sequencia])
        achado = cursor.fetchone()
    return bytes(achado[0]) if achado else None


def ultima() -> int:
    """The number of the last seal; zero before the first."""
    with connection.cursor() as cursor:
        cursor.execute(_ULTIMO)
        achada: int | None = cursor.fetchone()[0]
    return achada or 0


def _elo(lido: tuple[Any, ...]) -> Elo:
    sequencia, evento, hash_, selado_em, versao = lido[:_DO_SELO]
    # without an event: taken, or retired; who asks knows (`retiradas`)
    if evento is not None:
        return Elo(sequencia, evento, bytes(hash_), selado_em, versao, None, None)
    linha = Linha(*lido[_DO_SELO:])
    return Elo(sequencia, linha.id, bytes(hash_), selado_em, versao, linha, serial.formar(linha))
