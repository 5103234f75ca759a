"""The drain engine: pending rows of the database worked into other rows of the database, exactly once.

Claim, apply and mark are one transaction: a crash means nothing happened. What the engine adds to that:
- one drain per partition at a time, by a lock that dies with its holder's connection;
- rows in hand are noted beforehand in a transaction of their own, so that a row that kills its worker is seen:
  after a death its batch runs one by one, and after `PDV_MORTES_MAXIMO` deaths the row is an error;
- a batch that is refused is halved until the culprit is alone;
- deadlocks and serialization failures are retried and blamed on no row; a defect of ours defers its row, with backoff.

It never talks to the network.
"""

from __future__ import annotations

import functools
import gc
import random
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog
from django.conf import settings
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

log = structlog.get_logger(__name__)

TENTATIVAS_TRANSITORIAS = 8
TRANSITORIOS = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock not available


class ErroDefinitivo(Exception):
    """A linha não pode ser processada como está; espera uma pessoa."""

    def __init__(self, codigo: str, mensagem: str) -> None:
        super().__init__(mensagem)
        self.codigo = codigo
        self.mensagem = mensagem


class ConflitoTransitorio(Exception):
    """Outra transação mexeu no que esta leu; tenta-se de novo."""


@dataclass
class Resumo:
    """What a drain did, in rows: posted, refused with an error, deferred."""

    efetuadas: int = 0
    com_erro: int = 0
    adiadas: int = 0

    def __iadd__(self, outro: Resumo) -> Resumo:
        self.efetuadas += outro.efetuadas
        self.com_erro += outro.com_erro
        self.adiadas += outro.adiadas
        return self

    @property
    def total(self) -> int:
        return self.efetuadas + self.com_erro + self.adiadas


class Dreno(Protocol):
    """What an app says of its rows; the engine does the rest. `cursor` is inside a transaction unless said otherwise."""

    nome: str

    def particoes_pendentes(self, cursor: CursorWrapper) -> list[int]:
        """Partitions with something due, outside any transaction."""

    def proximas(self, cursor: CursorWrapper, particao: int, limite: int) -> list[int]:
        """The ids due, oldest first; a row with deaths behind it comes alone. Outside any transaction."""

    def aplicar(self, cursor: CursorWrapper, ids: Sequence[int]) -> Resumo:
        """Claim `ids` (SKIP LOCKED), write their effects, mark them. Rules that fail mark only their row."""

    def recusar(self, cursor: CursorWrapper, linha: int, erro: ErroDefinitivo) -> None:
        """Mark one row as an error that waits for a person."""

    def adiar(self, cursor: CursorWrapper, linha: int, erro: Exception) -> None:
        """Put one row off, with backoff: a defect of ours is no fault of the row."""

    def contar_mortes(self, cursor: CursorWrapper, ids: Sequence[int], maximo: int) -> None:
        """Count a death on those of `ids` still pending; at `maximo` they become an error."""


def drenar(dreno: Dreno, *, limite: int, ate: float | None = None) -> Resumo:
    """Work every partition that has something due, until nothing is left or `ate` (time.monotonic()) has passed.

    A partition that another worker holds is left to it. Whoever held one looks again after letting go, so a row that
    arrived while it was finishing is found without another wake-up.
    """
    _aquietar_coletor()
    resumo, paradas = Resumo(), set[int]()
    while ate is None or time.monotonic() < ate:
        with connection.cursor() as cursor:
            pendentes = [p for p in dreno.particoes_pendentes(cursor) if p not in paradas]
        random.shuffle(pendentes)
        tentadas = 0
        for particao in pendentes:
            with _trava(dreno.nome, particao) as minha:
                if not minha:
                    continue
                tentadas += 1
                try:
                    feito = _drenar_particao(dreno, particao, limite, ate)
                except (OperationalError, InterfaceError):
                    _desfazer_anotacao(dreno.nome, particao)
                    raise
                resumo += feito
                if not feito.total:
                    paradas.add(particao)  # its rows are locked by somebody: the tick comes back
        if not tentadas:
            break
    return resumo


@functools.cache  # once per process
def _aquietar_coletor() -> None:
    """A batch makes many short-lived tuples: without this the collector walks all of Django every few batches (14%)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def chave_da_trava(nome: str, particao: int) -> list[int]:
    """The two numbers of the advisory lock of a partition: a person who must stop a drain can take it."""
    return [zlib.crc32(nome.encode()) - 2**31, particao]


@contextmanager
def _trava(nome: str, particao: int) -> Iterator[bool]:
    """One drain per partition, by a session lock: it spans the note of rows in hand and the work, and dies with us."""
    chave = chave_da_trava(nome, particao)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", chave)
        (minha,) = cursor.fetchone()
    sessao = connection.connection
    try:
        yield minha
    finally:
        if minha and connection.connection is sessao and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", chave)


def _drenar_particao(dreno: Dreno, particao: int, limite: int, ate: float | None) -> Resumo:
    resumo = Resumo()
    _recolher_mortos(dreno, particao)
    while ate is None or time.monotonic() < ate:
        with connection.cursor() as cursor:
            ids = dreno.proximas(cursor, particao, limite)
        if not ids:
            break
        _anotar(dreno.nome, particao, ids)  # in place of the batch before, which is committed
        feito = _trabalhar(dreno, ids)
        resumo += feito
        if not feito.total:
            break
    _anotar(dreno.nome, particao, [])
    return resumo


def _recolher_mortos(dreno: Dreno, particao: int) -> None:
    """Rows noted by a drain that is no more (we hold its lock): its worker died with them in hand."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ids FROM filas_drenagem WHERE dreno = %s AND particao = %s FOR UPDATE", [dreno.nome, particao]
        )
        anotada = cursor.fetchone()
        if anotada and anotada[0]:
            log.warning("drenagem_interrompida", dreno=dreno.nome, particao=particao, linhas=len(anotada[0]))
            dreno.contar_mortes(cursor, anotada[0], settings.PDV_MORTES_MAXIMO)
            _gravar_anotacao(cursor, dreno.nome, particao, [])


def _anotar(nome: str, particao: int, ids: Sequence[int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        _gravar_anotacao(cursor, nome, particao, ids)


def _desfazer_anotacao(nome: str, particao: int) -> None:
    """The database failed under us, no row did: take the note back, or the next drain would count a death."""
    connection.close()
    try:
        with _trava(nome, particao) as minha:
            if minha:
                _anotar(nome, particao, [])
    except (OperationalError, InterfaceError):
        log.warning("anotacao_ficou", dreno=nome, particao=particao)  # costs one pass row by row, no more


def _gravar_anotacao(cursor: CursorWrapper, nome: str, particao: int, ids: Sequence[int]) -> None:
    cursor.execute(
        """INSERT INTO filas_drenagem (dreno, particao, ids, iniciada_em) VALUES (%s, %s, %s, %s)
           ON CONFLICT (dreno, particao) DO UPDATE SET ids = excluded.ids, iniciada_em = excluded.iniciada_em""",
        [nome, particao, list(ids), timezone.now()],
    )


def _trabalhar(dreno: Dreno, ids: Sequence[int]) -> Resumo:
    """Apply a batch, halving it as long as it is refused."""
    try:
        return _aplicar(dreno, ids)
    except (OperationalError, InterfaceError):
        raise  # the connection is gone and the lock with it: whoever comes next takes it up
    except Exception as erro:
        if len(ids) > 1:
            meio = len(ids) // 2
            resumo = _trabalhar(dreno, ids[:meio])
            resumo += _trabalhar(dreno, ids[meio:])
            return resumo
        return _dar_por_perdida(dreno, ids[0], erro)


def _aplicar(dreno: Dreno, ids: Sequence[int]) -> Resumo:
    for tentativa in range(1, TENTATIVAS_TRANSITORIAS + 1):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                return dreno.aplicar(cursor, ids)
        except (DatabaseError, ConflitoTransitorio) as erro:
            if not _e_transitorio(erro) or tentativa == TENTATIVAS_TRANSITORIAS:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**tentativa))
    raise AssertionError("unreachable")


def _e_transitorio(erro: Exception) -> bool:
    return isinstance(erro, ConflitoTransitorio) or getattr(erro.__cause__, "pgcode", None) in TRANSITORIOS


def _dar_por_perdida(dreno: Dreno, linha: int, erro: Exception) -> Resumo:
    if isinstance(erro, IntegrityError | DataError):
        erro = ErroDefinitivo("RECUSADO_PELO_BANCO", f"o banco de dados recusou os lançamentos: {erro}".strip())
    with transaction.atomic(), connection.cursor() as cursor:
        if isinstance(erro, ErroDefinitivo):
            dreno.recusar(cursor, linha, erro)
            return Resumo(com_erro=1)
        log.error("linha_adiada", dreno=dreno.nome, linha=linha, exc_info=erro)
        dreno.adiar(cursor, linha, erro)
        return Resumo(adiadas=1)
