"""(t, u, v, w) The audit trail: events written and sealed, what they add to a posting batch, and the proof of a million, of
PostgreSQL alone and of both stores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import pymongo
from django.db import connections

from bench.equipe import Equipe
from bench.medidas.base import LOTE, Oficina
from bench.pasta import BANCO

EVENTOS = 20_000  # a round, half of them by each of two writers
VERIFICADOS = 1_000_000
LOTES = 30


class _Auditores:
    """Processes that write, seal and verify, told what to do all at once."""

    def __init__(self, oficina: Oficina, quantos: int, banco: str = BANCO, **outras: str) -> None:
        self.processos = oficina.processos
        comando, variaveis = [sys.executable, "-m", "bench.auditor"], oficina.pasta.variaveis(banco, **outras)
        self.membros = [oficina.processos.iniciar("auditor", comando, variaveis, conversa=True) for _ in range(quantos)]
        for membro in self.membros:
            self._ler(membro)

    def mandar(self, *ordens: str) -> list[dict[str, Any]]:
        for membro, ordem in zip(self.membros, ordens, strict=True):
            assert membro.stdin is not None
            membro.stdin.write(f"{ordem}\n")
            membro.stdin.flush()
        return [json.loads(self._ler(membro)) for membro in self.membros]

    def encerrar(self) -> None:
        self.processos.encerrar(self.membros)

    def _ler(self, membro: subprocess.Popen[str]) -> str:
        assert membro.stdout is not None
        linha: str = membro.stdout.readline()
        if not linha:
            raise RuntimeError(f"um auditor morreu:\n{self.processos.fim_do_registro('auditor')}")
        return linha


class Auditoria:
    """(t) Two writers, 50 events to a transaction, and one sealer beside them, until the last one is sealed; then the same
    with a commit for every event.

    (u) The time that 500 events add to the transaction of a batch, against the time of a batch of 500 sales.
    """

    nome = "auditoria"

    def __init__(self, oficina: Oficina) -> None:
        self.oficina = oficina
        self.auditores = _Auditores(oficina, 3)
        self.equipe = Equipe(oficina.processos, oficina.pasta.variaveis(), quantos=1)

    def rodada(self) -> dict[str, float]:
        vazao, um_a_um = self._vazao(EVENTOS, 50), self._vazao(EVENTOS // 4, 1)
        [_, lotes, _] = self.auditores.mandar("selar 0", f"lotes {LOTES}", "selar 0")
        self.auditores.mandar(f"selar {LOTES * LOTE}", "selar 0", "selar 0")
        operacoes = self.oficina.chegar(self.oficina.pdvs)
        de_um_lote = self.equipe.drenar().segundos * LOTE / operacoes
        return {
            "auditoria": vazao, "auditoria.um_a_um": um_a_um, "auditoria_lote": 100 * lotes["lote"] / de_um_lote,
            "auditoria_lote.ms": 1000 * lotes["lote"], "auditoria_lote.lote_ms": 1000 * de_um_lote,
        }  # fmt: skip

    def encerrar(self) -> None:
        self.auditores.encerrar()
        self.equipe.encerrar()

    def _vazao(self, eventos: int, por_transacao: int) -> float:
        escrever = f"escrever {eventos // 2} {por_transacao}"
        inicio = time.perf_counter()
        self.auditores.mandar(escrever, escrever, f"selar {eventos}")
        return eventos / (time.perf_counter() - inicio)


def servidor_do_arquivo() -> str:
    """The MongoDB of this bench (MONGO_DO_BENCH: a URL without a database), or nothing."""
    return os.environ.get("MONGO_DO_BENCH", "").rstrip("/")


class AuditoriaVerificar:
    """(v) The whole chain, recomputed by one process, on a database of its own. (w) The same with its archive, where there is
    a MongoDB; and reading the same documents back, without looking at them, which is what that server can do.
    """

    nome = "auditoria_verificar"

    def __init__(self, oficina: Oficina, eventos: int = VERIFICADOS) -> None:
        self.oficina, self.eventos = oficina, eventos
        oficina.criar_banco(self.nome, BANCO)
        oficina.avisar(f"semeando {eventos:,} eventos de auditoria".replace(",", "."))
        self.auditores = _Auditores(oficina, 1, self.nome)
        self.auditores.mandar(f"semear {eventos}")
        self.com_arquivo: _Auditores | None = None
        self.mongo, self.no_mongo = servidor_do_arquivo(), f"retaguarda_bench_{os.getpid()}"
        if self.mongo:
            oficina.avisar("mandando os eventos para o arquivo")
            self.com_arquivo = _Auditores(oficina, 1, self.nome, AUDITORIA_MONGO_URL=f"{self.mongo}/{self.no_mongo}")
            self.com_arquivo.mandar("arquivar 0")

    def rodada(self) -> dict[str, float]:
        figuras = {"auditoria_verificar": self._verificar(self.auditores)}
        if self.com_arquivo:
            [lidos] = self.com_arquivo.mandar(f"ler {self.eventos}")
            figuras |= {
                "auditoria_arquivo.ler": lidos["segundos"],
                "auditoria_arquivo": self._verificar(self.com_arquivo),
            }
        return figuras

    def _verificar(self, auditores: _Auditores) -> float:
        [feita] = auditores.mandar("verificar")
        conferido = auditores is not self.com_arquivo or feita["arquivo"].startswith(str(feita["eventos"]))
        if not feita["integra"] or feita["eventos"] < self.eventos or not conferido:
            raise RuntimeError(f"a trilha não conferiu: {feita}")
        return float(feita["segundos"])

    def encerrar(self) -> None:
        self.auditores.encerrar()
        if self.com_arquivo:
            self.com_arquivo.encerrar()
            with pymongo.MongoClient[dict[str, Any]](self.mongo) as cliente:
                cliente.drop_database(self.no_mongo)
        with connections["manutencao"].cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{self.nome}" WITH (FORCE)')
