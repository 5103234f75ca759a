"""The drain engine: pending rows of the database worked into other rows of the database, exactly once.

Claim, apply and mark are one transaction: a crash means nothing happened. What the engine adds to that:
- one drain per partition at a time, by a lock that dies with its holder's connection;
- rows in hand are noted beforehand in a transaction of their own, so that a row that kills its worker is seen:
  after a death its batch runs one by one, and after `PDV_MORTES_MAXIMO` deaths the row is an error; a restart of the
  database is no death;
- a batch that is refused is halved until the culprit is alone;
- deadlocks, serialization failures and locks that others hold are retried and blamed on no row; a defect of ours, or a
  connection lost with one row in hand, defers that row, with backoff;
- no partition waits for another's backlog, nor one kind of row for another: everybody gets a few batches a turn.

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

from filas.erros import ErroDefinitivo as ErroDefinitivo  # named here too: the drains raise it

log = structlog.get_logger(__name__)

TENTATIVAS_TRANSITORIAS = 6
LOTES_POR_VEZ = 4  # then the next partition
ESPERA_POR_TRAVA = "2s"
TRANSITORIOS = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock not available


class ConflitoTransitorio(Exception):
    """Outra transação mexeu no que esta leu; tenta-se de novo."""


class ParticaoOcupada(Exception):
    """Alguém segura o que esta partição precisa; fica para a próxima batida."""


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

    def proximas(self, cursor: CursorWrapper, particao: int, limite: int, *, livres: bool) -> list[int]:
        """The ids due, oldest first; a row with deaths behind it comes alone. Outside any transaction.

        `livres` leaves out rows that somebody holds locked: asked for when a batch had nothing else.
        """

    def aplicar(self, cursor: CursorWrapper, ids: Sequence[int]) -> Resumo:
        """Claim `ids` (SKIP LOCKED), write their effects, mark them. Rules that fail mark only their row."""

    def recusar(self, cursor: CursorWrapper, linha: int, erro: ErroDefinitivo) -> None:
        """Mark one row as an error that waits for a person."""

    def adiar(self, cursor: CursorWrapper, linha: int, erro: Exception) -> None:
        """Put one row off, with backoff: a defect of ours is no fault of the row."""

    def contar_mortes(self, cursor: CursorWrapper, ids: Sequence[int], maximo: int) -> None:
        """Count a death on those of `ids` still pending; at `maximo` they become an error."""

    def separar(self, cursor: CursorWrapper, ids: Sequence[int]) -> None:
        """Each of `ids` comes alone from now on, as after a death; none is counted."""


def drenar(drenos: Sequence[Dreno], *, limite: int, ate: float | None = None) -> Resumo:
    """Work every partition of `drenos` that has something due, until nothing is left or `ate` (time.monotonic()) passed.

    They take turns: each partition of the first, then each of the second, a few batches at a time. A partition that
    another worker holds is left to it. Whoever held one looks again after letting go, so a row that arrived while it
    was finishing is found without another wake-up.
    """
    _aquietar_coletor()
    resumo, paradas = Resumo(), set[tuple[str, int]]()
    trabalhou = True
    while trabalhou and (ate is None or time.monotonic() < ate):
        trabalhou = False
        for dreno in drenos:
            for particao in _pendentes(dreno, paradas):
                with _trava(dreno.nome, particao) as minha:
                    if minha:
                        trabalhou = True
                        feito, parada = _drenar_particao(dreno, particao, limite, ate)
                        resumo += feito
                        if parada:
                            paradas.add((dreno.nome, particao))
    return resumo


def _pendentes(dreno: Dreno, paradas: set[tuple[str, int]]) -> list[int]:
    with connection.cursor() as cursor:
        pendentes = [p for p in dreno.particoes_pendentes(cursor) if (dreno.nome, p) not in paradas]
    random.shuffle(pendentes)
    return pendentes


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
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, false), pg_try_advisory_lock(%s, %s)", [ESPERA_POR_TRAVA, *chave]
        )
        minha = cursor.fetchone()[1]
    sessao = connection.connection
    try:
        yield minha
    finally:
        if connection.connection is sessao and connection.is_usable():
            with connection.cursor() as cursor:
                solta = "pg_advisory_unlock(%s, %s)" if minha else "%s, %s"
                cursor.execute(f"SELECT set_config('lock_timeout', '0', false), {solta}", chave)


def _drenar_particao(dreno: Dreno, particao: int, limite: int, ate: float | None) -> tuple[Resumo, bool]:
    """A few batches. The second value is true when what is left is held by somebody: it is for the next tick."""
    resumo = Resumo()
    _recolher_mortos(dreno, particao)
    parada = livres = False
    for _ in range(LOTES_POR_VEZ):
        if ate is not None and time.monotonic() >= ate:
            break
        with connection.cursor() as cursor:
            ids = dreno.proximas(cursor, particao, limite, livres=livres)
        if not ids:
            parada = livres
            break
        _anotar(dreno.nome, particao, ids)  # in place of the batch before, which is committed
        try:
            feito = trabalhar(dreno, ids)
        except ParticaoOcupada as ocupada:
            if isinstance(ocupada.__cause__, ConflitoTransitorio):
                with transaction.atomic(), connection.cursor() as cursor:
                    _separar(dreno, cursor, ids, ocupada.__cause__)
            parada = True
            break
        except (OperationalError, InterfaceError) as erro:  # only a connection lost comes through
            _acudir_queda(dreno, particao, ids, erro)
            raise
        resumo += feito
        if livres and not feito.total:
            parada = True
            break
        livres = not feito.total  # all of them held: look past them
    _anotar(dreno.nome, particao, [])
    return resumo, parada


def _separar(dreno: Dreno, cursor: CursorWrapper, ids: Sequence[int], erro: Exception) -> None:
    """Of many rows each is tried alone from now on; one alone is put off: none may hold the partition for ever.

    For a connection that was lost, and for a conflict that every attempt met again: the rows may be in each other's way.
    """
    if len(ids) == 1:
        dreno.adiar(cursor, ids[0], erro)
    else:
        dreno.separar(cursor, ids)


def _acudir_queda(dreno: Dreno, particao: int, ids: Sequence[int], erro: Exception) -> None:
    """The connection is gone with `ids` in hand."""
    connection.close()
    try:
        with _trava(dreno.nome, particao) as minha:
            if minha:
                with transaction.atomic(), connection.cursor() as cursor:
                    _separar(dreno, cursor, ids, erro)
                    _gravar_anotacao(cursor, dreno.nome, particao, [])
    except (OperationalError, InterfaceError):
        log.warning("anotacao_ficou", dreno=dreno.nome, particao=particao)  # costs one pass row by row, no more


def _recolher_mortos(dreno: Dreno, particao: int) -> None:
    """Rows noted by a drain that is no more (we hold its lock): its worker died with them in hand, or the database did."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT ids, iniciada_em < pg_postmaster_start_time() FROM filas_drenagem
               WHERE dreno = %s AND particao = %s FOR UPDATE""",
            [dreno.nome, particao],
        )
        ids, banco_caiu = cursor.fetchone() or ([], False)
        if not ids:
            return
        log.warning(
            "drenagem_interrompida", dreno=dreno.nome, particao=particao, linhas=len(ids), banco_caiu=banco_caiu
        )
        if banco_caiu:
            _separar(dreno, cursor, ids, OperationalError("the server was restarted"))
        else:
            dreno.contar_mortes(cursor, ids, settings.PDV_MORTES_MAXIMO)
        _gravar_anotacao(cursor, dreno.nome, particao, [])


def _anotar(nome: str, particao: int, ids: Sequence[int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        _gravar_anotacao(cursor, nome, particao, ids)


def _gravar_anotacao(cursor: CursorWrapper, nome: str, particao: int, ids: Sequence[int]) -> None:
    """By the server's clock: it is compared with the server's own start."""
    cursor.execute(
        """INSERT INTO filas_drenagem (dreno, particao, ids, iniciada_em) VALUES (%s, %s, %s, now())
           ON CONFLICT (dreno, particao) DO UPDATE SET ids = excluded.ids, iniciada_em = excluded.iniciada_em""",
        [nome, particao, list(ids)],
    )


def trabalhar(dreno: Dreno, ids: Sequence[int], *, tentativas: int = TENTATIVAS_TRANSITORIAS) -> Resumo:
    """Apply a batch, halving it as long as it is refused. Raises ParticaoOcupada when what it needs is held by others.

    Inside a transaction of the caller its parts are savepoints: a preview runs exactly this, and rolls back.
    """
    try:
        return _aplicar(dreno, ids, tentativas)
    except Exception as erro:
        if _e_transitorio(erro):
            raise ParticaoOcupada from erro
        if _perdeu_a_conexao(erro):
            raise  # the lock is gone with it: whoever comes next takes the rows up
        if len(ids) > 1:
            meio = len(ids) // 2
            resumo = trabalhar(dreno, ids[:meio], tentativas=tentativas)
            resumo += trabalhar(dreno, ids[meio:], tentativas=tentativas)
            return resumo
        return _dar_por_perdida(dreno, ids[0], erro)


def _aplicar(dreno: Dreno, ids: Sequence[int], tentativas: int) -> Resumo:
    for tentativa in range(1, tentativas + 1):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                return dreno.aplicar(cursor, ids)
        except (DatabaseError, ConflitoTransitorio) as erro:
            if not _e_transitorio(erro) or tentativa == tentativas:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**tentativa))
    raise AssertionError("unreachable")


def _e_transitorio(erro: Exception) -> bool:
    return isinstance(erro, ConflitoTransitorio) or _pgcode(erro) in TRANSITORIOS


def _perdeu_a_conexao(erro: Exception) -> bool:
    """The server went away or ended us (class 57P); not when it only ran out of memory or of patience."""
    codigo = _pgcode(erro)
    return isinstance(erro, OperationalError | InterfaceError) and (codigo is None or codigo.startswith("57P"))


def _pgcode(erro: Exception) -> str | None:
    return getattr(erro.__cause__, "pgcode", None)


def _dito_pelo_banco(erro: Exception) -> str:
    """Its first line: the details quote the row, and a row may hold a CPF."""
    dito = getattr(getattr(erro.__cause__, "diag", None), "message_primary", None)
    return str(dito or type(erro).__name__)


def _dar_por_perdida(dreno: Dreno, linha: int, erro: Exception) -> Resumo:
    if isinstance(erro, IntegrityError | DataError):
        erro = ErroDefinitivo(
            "RECUSADO_PELO_BANCO", f"o banco de dados recusou os lançamentos: {_dito_pelo_banco(erro)}"
        )
    with transaction.atomic(), connection.cursor() as cursor:
        if isinstance(erro, ErroDefinitivo):
            dreno.recusar(cursor, linha, erro)
            return Resumo(com_erro=1)
        log.error("linha_adiada", dreno=dreno.nome, linha=linha, exc_info=erro)
        dreno.adiar(cursor, linha, erro)
        return Resumo(adiadas=1)
