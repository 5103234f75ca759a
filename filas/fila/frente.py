"""What one process has in hand of one context: its threads, and the results that wait to be written."""

from __future__ import annotations

import time
from datetime import timedelta
from queue import SimpleQueue
from threading import Thread
from uuid import UUID

from django.db import OperationalError

from filas.drain import TRANSITORIOS
from filas.fila.chamada import recusar, tentar
from filas.fila.contextos import Contexto
from filas.fila.posse import Pega, Pegas, pegar, pegar_uma, renovar
from filas.fila.termino import Fim, devolver_vencidas, situacao_de, terminar
from filas.models import Mensagem

LINHAS = 64  # threads of one context in one process, at most
NA_MAO = 500  # messages of one context in one process, at most
SEM_PRESSA = 0.25  # seconds until a context that had nothing is asked again, while others work
DE_VOLTA_EM = 1.0  # seconds until we try again to give back what somebody's transaction holds

Pronto = tuple["Frente", Fim]


class Frente:
    """Used by one coordinating thread, the only one that touches the database; the calls run in the others."""

    def __init__(self, contexto: Contexto, prontos: SimpleQueue[Pronto], *, so: UUID | None = None) -> None:
        self.contexto = contexto
        self.configurada = contexto.configurado()
        self.na_mao: dict[int, Pega] = {}
        self.prontas: list[Fim] = []
        self.de_vez: list[Fim] = []
        self.de_volta: list[Fim] = []
        self.volte_em: float | None = None  # the next vacancy of the limit per second (time.monotonic())
        self._uma_vez, self._so = so is not None, so
        self._prontos = prontos
        self._pergunte_em = 0.0
        self._recolha_em = 0.0
        self._renove_em = 0.0
        self._devolva_em = 0.0
        self._a_tentar: SimpleQueue[Pega | None] = SimpleQueue()
        self._linhas: list[Thread] = []
        self._encerrada = False

    @property
    def livres(self) -> int:
        return min(self.contexto.concorrencia, NA_MAO) - len(self.na_mao)

    @property
    def fora(self) -> int:
        """Calls that have not ended yet."""
        return len(self.na_mao) - len(self.prontas) - len(self.de_vez) - len(self.de_volta)

    def pegar(self) -> int:
        """Claim what fits and send it to the threads, but what its context holds back. Returns how many."""
        agora = time.monotonic()
        if not self.configurada or self.livres <= 0 or agora < self._pergunte_em:
            return 0
        pegas = self._do_banco()
        self._proxima_pergunta(agora, pegas)
        if not self.na_mao:
            self._renove_em = agora + self._terco
        recusadas = recusar(self.contexto, pegas.mensagens)
        for pega in pegas.mensagens:
            self.na_mao[pega.id] = pega
            if recusada := recusadas.get(pega.id):
                self._prontos.put((self, recusada))
            else:
                self._a_tentar.put(pega)
        self._abrir_linhas()
        return len(pegas.mensagens)

    def _do_banco(self) -> Pegas:
        if not self._uma_vez:
            return pegar(self.contexto, self.livres)
        token, self._so = self._so, None
        uma = pegar_uma(self.contexto, token) if token else None
        return Pegas([uma] if uma else [])

    def recolher(self) -> int:
        """Now and then, give back what others left in hand."""
        agora = time.monotonic()
        if agora < self._recolha_em:
            return 0
        self._recolha_em = agora + self._terco
        return devolver_vencidas(self.contexto)

    def gravar(self) -> tuple[int, list[Fim]]:
        """Write the results that wait. Returns how many came too late, and the others.

        Those that go back to pending are a batch of their own: while somebody holds one of their records, they wait.
        """
        fins, self.prontas = self.prontas, []
        self.de_vez += [fim for fim in fins if situacao_de(self.contexto, fim) != Mensagem.Situacao.PENDENTE]
        self.de_volta += [fim for fim in fins if situacao_de(self.contexto, fim) == Mensagem.Situacao.PENDENTE]
        escritas = self._escrever(self.de_vez)
        if time.monotonic() >= self._devolva_em:
            try:
                escritas += self._escrever(self.de_volta)
            except OperationalError as erro:
                if getattr(erro.__cause__, "pgcode", None) not in TRANSITORIOS:
                    raise
                self._devolva_em = time.monotonic() + DE_VOLTA_EM
        tardias = sum(not escrita for _, escrita in escritas)
        return tardias, [fim for fim, escrita in escritas if escrita]

    def _escrever(self, fins: list[Fim]) -> list[tuple[Fim, bool]]:
        """Write and empty `fins`; when it fails they stay there for the next time."""
        if not fins:
            return []
        feitas = terminar(self.contexto, fins)
        for fim in fins:
            self.na_mao.pop(fim.pega.id, None)
        self._pergunte_em = 0.0
        escritas = [(fim, fim.pega.id in feitas) for fim in fins]
        fins.clear()
        return escritas

    def renovar(self) -> None:
        """The heartbeat, at every third of the lease."""
        agora = time.monotonic()
        if not self.na_mao or agora < self._renove_em:
            return
        renovar(list(self.na_mao.values()), self.contexto.reserva)
        self._renove_em = agora + self._terco

    def acorde_em(self) -> float:
        """When this context next needs the coordinator, results apart (time.monotonic())."""
        horas = [self._renove_em] if self.na_mao else []
        if self.de_volta:
            horas.append(self._devolva_em)
        if self.volte_em is not None:
            horas.append(self.volte_em)
        return min(horas, default=float("inf"))

    def encerrar(self) -> None:
        """What was not begun stays in hand until its lease ends; a call that is out ends by itself, for nobody."""
        self._encerrada = True
        for _ in self._linhas:
            self._a_tentar.put(None)
        self.contexto.encerrar()

    @property
    def _terco(self) -> float:
        return (self.contexto.reserva / 3) / timedelta(seconds=1)

    def _proxima_pergunta(self, agora: float, pegas: Pegas) -> None:
        self.volte_em = None if pegas.volte_em is None else agora + pegas.volte_em.total_seconds()
        if self.volte_em is not None:
            self._pergunte_em = self.volte_em
        elif not pegas.mensagens:
            self._pergunte_em = agora + SEM_PRESSA

    def _abrir_linhas(self) -> None:
        """As many as there are messages in hand, up to the limit; a pool of futures would cost as much as a call to nobody."""
        while len(self._linhas) < min(len(self.na_mao), self.contexto.concorrencia, LINHAS):
            linha = Thread(target=self._tentar_sempre, name=self.contexto.nome, daemon=True)
            self._linhas.append(linha)
            linha.start()

    def _tentar_sempre(self) -> None:
        while (pega := self._a_tentar.get()) is not None and not self._encerrada:
            self._prontos.put((self, tentar(self.contexto, pega)))
