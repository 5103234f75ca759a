"""Worker processes, seen from the bench: start them, let them all loose at once, wait for the last."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.memoria import Balanca
from bench.processos import Processos


class Drenagem(NamedTuple):
    """What the workers did together: rows posted, seconds from the word go to the last one's end, highest RSS."""

    efetuadas: int
    segundos: float
    rss_mb: float


class Equipe:
    """`quantos` processes that drain on demand."""

    def __init__(
        self, processos: Processos, ambiente: Mapping[str, str], quantos: int = 2, nome: str = "trabalhador"
    ) -> None:
        self.processos, self.nome = processos, nome
        comando = [sys.executable, "-m", "bench.trabalhador"]
        self.membros = [processos.iniciar(nome, comando, ambiente, conversa=True) for _ in range(quantos)]
        for membro in self.membros:
            self._ler(membro)

    def drenar(self) -> Drenagem:
        """Raises RuntimeError when a worker dies or a row was refused or put off: every unit is a good one."""
        return self.mandar(["drenar"] * len(self.membros))

    def mandar(self, ordens: Sequence[str]) -> Drenagem:
        """Give each worker its order, all at once, and wait for the last. Raises as `drenar` does."""
        with Balanca(self.membros) as balanca:
            inicio = time.perf_counter()
            for membro, ordem in zip(self.membros, ordens, strict=True):
                assert membro.stdin is not None
                membro.stdin.write(f"{ordem}\n")
                membro.stdin.flush()
            respostas = [json.loads(self._ler(membro)) for membro in self.membros]
            segundos = time.perf_counter() - inicio
        recusadas = sum(r["com_erro"] + r["adiadas"] for r in respostas)
        if recusadas:
            raise RuntimeError(f"{recusadas} linhas não foram lançadas:\n{self.processos.fim_do_registro(self.nome)}")
        return Drenagem(sum(r["efetuadas"] for r in respostas), segundos, balanca.maior_mb)

    def encerrar(self) -> None:
        self.processos.encerrar(self.membros)

    def _ler(self, membro: subprocess.Popen[str]) -> str:
        assert membro.stdout is not None
        linha: str = membro.stdout.readline()
        if not linha:
            raise RuntimeError(f"um trabalhador morreu:\n{self.processos.fim_do_registro(self.nome)}")
        return linha
