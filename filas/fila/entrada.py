"""The way into the queue: set-based, in the transaction of whoever noticed the change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from filas.copia import copiar
from filas.fila.travas import travar_registros
from filas.models import Mensagem
from filas.wake import acordar

DESPERTADOR = "filas.enviar"
COLUNAS = ("token", "contexto", "chave", "conteudo", "situacao", "mensagem", "terminada_em")


@dataclass(frozen=True)
class Entraram:
    """How many came in, and how many older ones they took the place of."""

    enfileiradas: int
    substituidas: int


@dataclass
class _Nova:
    token: UUID
    chave: str
    conteudo: str
    substituta: UUID | None = None


def enfileirar(contexto: str, itens: Iterable[tuple[str, dict[str, Any]]]) -> Entraram:
    """Put one message per item `(chave, conteudo)` into the queue, and wake who sends.

    A message of the same record that is still pending becomes 3 and says by which it was replaced, also when both
    are in `itens` (the later one stays). One that is being sent is left alone: the new one waits for it.
    `contexto` need not be registered: its messages wait. Call it once per transaction: its locks are taken in order.
    """
    novas = [_Nova(uuid4(), chave, _texto(conteudo)) for chave, conteudo in itens]
    if not novas:
        return Entraram(0, 0)
    ultimas: dict[str, _Nova] = {}
    for nova in novas:
        if anterior := ultimas.get(nova.chave):
            anterior.substituta = nova.token
        ultimas[nova.chave] = nova
    with transaction.atomic(), connection.cursor() as cursor:
        travar_registros(cursor, contexto, ultimas)
        _apresentar(cursor, contexto)
        substituidas = _substituir(cursor, contexto, ultimas)
        copiar(cursor, Mensagem._meta.db_table, COLUNAS, (_linha(contexto, nova) for nova in novas))
        acordar(DESPERTADOR)
    return Entraram(len(novas), substituidas + len(novas) - len(ultimas))


def _texto(conteudo: dict[str, Any]) -> str:
    return json.dumps(conteudo, ensure_ascii=False, allow_nan=False)


def _apresentar(cursor: CursorWrapper, contexto: str) -> None:
    """A context is known from its first message on, even one that nobody registered."""
    cursor.execute("INSERT INTO wosk_queue_contexto (contexto) VALUES (%s) ON CONFLICT DO NOTHING", [contexto])


def _substituir(cursor: CursorWrapper, contexto: str, ultimas: dict[str, _Nova]) -> int:
    cursor.execute(
        """WITH velhas AS (
               SELECT m.id, n.token FROM wosk_queue m
               JOIN unnest(%s::text[], %s::uuid[]) n(chave, token) ON m.chave = n.chave
               WHERE m.contexto = %s AND m.situacao = 0
               ORDER BY m.id FOR UPDATE OF m)
           UPDATE wosk_queue m
           SET situacao = 3, mensagem = 'Substituída por ' || velhas.token, terminada_em = statement_timestamp()
           FROM velhas WHERE m.id = velhas.id""",
        [list(ultimas), [str(nova.token) for nova in ultimas.values()], contexto],
    )
    return int(cursor.rowcount)


def _linha(contexto: str, nova: _Nova) -> tuple[object, ...]:
    if nova.substituta is None:
        return nova.token, contexto, nova.chave, nova.conteudo, Mensagem.Situacao.PENDENTE, "", None
    mensagem = f"Substituída por {nova.substituta}"
    return nova.token, contexto, nova.chave, nova.conteudo, Mensagem.Situacao.CANCELADA, mensagem, timezone.now()
