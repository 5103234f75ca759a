"""Processes for a test to kill, begun by a mother that has started already (`tests.mae`)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

RAIZ = Path(__file__).resolve().parents[1]
MAES = 3  # at once: each takes the memory of a started process


@dataclass(eq=False)
class Filho:
    """As `subprocess.Popen` has it; what it writes is in its file."""

    pid: int
    saida: Path
    _fim: Path
    returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and self._fim.exists():
            self.returncode = int(self._fim.read_text())
        return self.returncode

    def wait(self, timeout: float = 300) -> int:
        limite = time.monotonic() + timeout
        while (codigo := self.poll()) is None:
            assert time.monotonic() < limite, f"o processo {self.pid} não terminou em {timeout} s"
            time.sleep(0.005)
        return codigo

    def send_signal(self, sinal: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sinal)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def disse(self, frase: str, segundos: float = 180) -> None:
        """Wait until it writes this; what it wrote instead is the error."""
        limite = time.monotonic() + segundos
        while frase not in (dito := self.saida.read_text()):
            assert self.poll() is None and time.monotonic() < limite, dito[-3000:]
            time.sleep(0.01)


def _pasta_nova() -> Path:
    """In the run's own folder, which goes with it, however the run ends."""
    return Path(tempfile.mkdtemp(prefix="mae-", dir=os.environ.get("RETAGUARDA_PASTA_DE_TESTES")))


@dataclass(eq=False)
class Mae:
    ambiente: dict[str, str]
    pasta: Path = field(default_factory=_pasta_nova)

    def __post_init__(self) -> None:
        self.processo = subprocess.Popen(
            [sys.executable, "-m", "tests.mae", str(self.pasta)],
            cwd=RAIZ, env=self.ambiente, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def filho(self, comando: list[str], saida: Path | None, ambiente: dict[str, str]) -> Filho:
        assert self.processo.stdin is not None and self.processo.stdout is not None
        onde = saida or self.pasta / f"{time.monotonic_ns()}.log"
        onde.touch(mode=0o600)  # whoever looks before the child opens it finds nothing written yet
        self.processo.stdin.write(json.dumps({"comando": comando, "saida": str(onde), "ambiente": ambiente}) + "\n")
        self.processo.stdin.flush()
        pid = int(self.processo.stdout.readline())
        return Filho(pid, onde, self.pasta / str(pid))

    def fechar(self) -> None:
        assert self.processo.stdin is not None and self.processo.stdout is not None
        self.processo.stdin.close()
        self.processo.wait(60)
        self.processo.stdout.close()
        shutil.rmtree(self.pasta, ignore_errors=True)


_maes: dict[frozenset[tuple[str, str]], Mae] = {}


def filho(comando: list[str], ambiente: dict[str, str], *, saida: Path | None = None, **seu: str) -> Filho:
    """A new process of `python -m comando`, of a mother with this environment; `seu` is what it alone finds there.

    The settings are the mother's: what they read belongs in `ambiente`.
    """
    limpo = {nome: valor for nome, valor in ambiente.items() if nome != "PYTEST_CURRENT_TEST"}
    chave = frozenset(limpo.items())
    if chave not in _maes and len(_maes) >= MAES:
        _maes.pop(next(iter(_maes))).fechar()  # the one that was not asked for the longest
    _maes[chave] = mae = _maes.pop(chave, None) or Mae(limpo)
    return mae.filho(comando, saida, seu)


def fechar_todas() -> None:
    while _maes:
        _maes.popitem()[1].fechar()
