"""The engine: messages that are due go out, each until the other side takes it or a person is needed.

One coordinating thread per process does all the work of the database, in batches: claim, heartbeat, finish. The calls
run in threads of their own, with no transaction open. What this holds against:
- a process killed in the middle: its leases end, and its messages go out again with the same token;
- one that only stalled: its lease went to another, so what it brings is not written (`termino`);
- the database away for a while: results wait in memory, and nothing is asked again until it is back;
- a slow other side: contexts have threads of their own, and limits over all workers (`posse`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection

from filas.fila.contextos import Contexto, todos
from filas.fila.frente import Frente, Pronto
from filas.fila.posse import ha_o_que_fazer
from filas.fila.termino import Fim, situacao_de
from filas.models import Mensagem

log = structlog.get_logger(__name__)

COLHEITA = 0.01  # after the first result, how long to wait for others that are nearly there
PASSO = 1.0  # the longest without looking at the clock
ESPERA_SEM_BANCO = (0.1, 5.0)  # the first and the longest, between attempts
SEM_BANCO_NO_MAXIMO = 120.0  # then the leases end, and others go on


@dataclass
class Enviadas:
    """What a run did, in messages; `tardias` were brought after their lease had gone to another."""

    com_sucesso: int = 0
    com_erro: int = 0
    adiadas: int = 0
    devolvidas: int = 0
    tardias: int = 0
    desistidas: int = 0

    def contar(self, contexto: Contexto, fins: Sequence[Fim]) -> None:
        for fim in fins:
            situacao = situacao_de(contexto, fim)
            self.com_sucesso += situacao == Mensagem.Situacao.SUCESSO
            self.com_erro += situacao == Mensagem.Situacao.ERRO
            self.adiadas += situacao == Mensagem.Situacao.PENDENTE
            self.desistidas += situacao == Mensagem.Situacao.CANCELADA

    @property
    def total(self) -> int:
        return self.com_sucesso + self.com_erro + self.adiadas + self.desistidas


def enviar(
    contextos: Sequence[Contexto] | None = None,
    *,
    segundos: float | None = None,
    parar: Callable[[], bool] = lambda: False,
) -> Enviadas:
    """Send what is due of these contexts (all that are registered), until nothing is, for `segundos`, or until `parar`.

    What is in hand by then is waited for. Any number of processes may do it at once.
    """
    prontos: SimpleQueue[Pronto] = SimpleQueue()
    frentes = [Frente(contexto, prontos) for contexto in (todos() if contextos is None else contextos)]
    fim = float("inf") if segundos is None else time.monotonic() + segundos
    return _rodar(frentes, prontos, lambda: time.monotonic() >= fim or parar(), fim)


def enviar_uma(contexto: Contexto, token: UUID) -> Enviadas:
    """Send the message of that token, if it is pending and nothing of its record is being sent."""
    prontos: SimpleQueue[Pronto] = SimpleQueue()
    return _rodar([Frente(contexto, prontos, so=token)], prontos)


def contextos_com_trabalho() -> list[str]:
    """Those for which a run would find something to do: for the tick, which only wakes."""
    return [contexto.nome for contexto in todos() if contexto.configurado() and ha_o_que_fazer(contexto.nome)]


def _rodar(
    frentes: Sequence[Frente],
    prontos: SimpleQueue[Pronto],
    parar: Callable[[], bool] = lambda: False,
    fim: float = float("inf"),
) -> Enviadas:
    try:
        return _Motor(frentes, prontos, parar, fim).rodar()
    finally:
        for frente in frentes:
            frente.encerrar()


class _Motor:
    def __init__(
        self, frentes: Sequence[Frente], prontos: SimpleQueue[Pronto], parar: Callable[[], bool], fim: float
    ) -> None:
        self.frentes = frentes
        self.prontos = prontos
        self.parar, self.fim = parar, fim
        self.enviadas = Enviadas()
        self._sem_banco_desde: float | None = None
        self._espera, self._maior_espera = ESPERA_SEM_BANCO

    def rodar(self) -> Enviadas:
        """Claim, wait for results, write them, keep the leases: until nothing is due and nothing is in hand."""
        while True:
            pegou = 0
            with self._banco():
                self._guardar_o_que_veio()
                pegou = self._pegar()
            if not pegou and self._acabou():
                return self.enviadas
            self._esperar_resultados()

    def _guardar_o_que_veio(self) -> None:
        for frente in self.frentes:
            frente.renovar()
            tardias, fins = frente.gravar()
            self.enviadas.tardias += tardias
            self.enviadas.contar(frente.contexto, fins)

    def _pegar(self) -> int:
        if self.parar():
            return 0
        pegou = 0
        for frente in self.frentes:
            self.enviadas.devolvidas += frente.recolher()
            pegou += frente.pegar()
        return pegou

    def _acabou(self) -> bool:
        if self._sem_banco_desde is not None or any(frente.na_mao for frente in self.frentes):
            return False
        vagas = [frente.volte_em for frente in self.frentes if frente.volte_em is not None]
        return not vagas or min(vagas) >= self.fim or self.parar()

    def _esperar_resultados(self) -> None:
        """The first one, or until somebody needs us; then those that come right after it."""
        acorde_em = min((frente.acorde_em() for frente in self.frentes), default=0.0)
        espera = min(max(acorde_em - time.monotonic(), 0.001), PASSO)
        if not self._receber(espera):
            return
        colher_ate = time.monotonic() + COLHEITA
        while (resta := colher_ate - time.monotonic()) > 0 and any(frente.fora for frente in self.frentes):
            if not self._receber(resta):
                break

    def _receber(self, espera: float) -> bool:
        try:
            frente, fim = self.prontos.get(timeout=espera)
        except Empty:
            return False
        frente.prontas.append(fim)
        return True

    @contextmanager
    def _banco(self) -> Iterator[None]:
        """The database may go away, or somebody may hold what we need: we try again, more and more slowly."""
        try:
            yield
        except (OperationalError, InterfaceError) as erro:
            agora = time.monotonic()
            self._sem_banco_desde = self._sem_banco_desde or agora
            if agora - self._sem_banco_desde > SEM_BANCO_NO_MAXIMO:
                raise
            log.warning("fila_sem_banco", erro=type(erro).__name__, espera=self._espera)
            connection.close()
            time.sleep(self._espera)
            self._espera = min(self._espera * 2, self._maior_espera)
        else:
            self._sem_banco_desde, self._espera = None, ESPERA_SEM_BANCO[0]
