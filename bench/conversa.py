"""A process of the bench that is told what to do, a line at a time."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from bench.processos import Processos


class Conversa:
    """Starts `python -m modulo` and waits until it says that it is ready."""

    def __init__(self, processos: Processos, modulo: str, ambiente: Mapping[str, str], *, nome: str) -> None:
        self.processos, self.nome = processos, nome
        self.processo = processos.iniciar(nome, [sys.executable, "-m", modulo], ambiente, conversa=True)
        self._ler()

    def pedir(self, ordem: str) -> str:
        """What it answers. RuntimeError when it dies instead."""
        assert self.processo.stdin is not None
        self.processo.stdin.write(f"{ordem}\n")
        self.processo.stdin.flush()
        return self._ler()

    def encerrar(self) -> None:
        self.processos.encerrar([self.processo])

    def _ler(self) -> str:
        assert self.processo.stdout is not None
        linha: str = self.processo.stdout.readline()
        if not linha:
            raise RuntimeError(f"um processo morreu:\n{self.processos.fim_do_registro(self.nome)}")
        return linha
