"""How much memory worker processes hold, sampled while they work."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from subprocess import Popen
from types import TracebackType
from typing import Self

import psutil

INTERVALO = 0.25


class Balanca:
    """Within `with`, the highest RSS of any single process among `processos` and their children, in MB."""

    def __init__(self, processos: Iterable[Popen[str]]) -> None:
        self.maior_mb = 0.0
        self._processos = [p.pid for p in processos]
        self._fim = threading.Event()
        self._linha = threading.Thread(target=self._pesar_sempre, daemon=True)

    def __enter__(self) -> Self:
        self._linha.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._fim.set()
        self._linha.join()
        self._pesar()

    def _pesar_sempre(self) -> None:
        while not self._fim.wait(INTERVALO):
            self._pesar()

    def _pesar(self) -> None:
        for pid in self._processos:
            try:
                pai = psutil.Process(pid)
                familia = [pai, *pai.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
            for processo in familia:
                try:
                    self.maior_mb = max(self.maior_mb, processo.memory_info().rss / 1024**2)
                except psutil.NoSuchProcess:
                    continue
