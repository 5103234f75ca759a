"""The processes of a run: each in a group of its own, all gone at the end, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, Self

from erp.config.embutido import RAIZ

ESPERA = 8.0
INTERROMPIDO = 130  # what a shell says of a program that Ctrl-C ended
SINAIS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Processos:
    """Starts processes and ends them. Each writes what it says to a file, whose end is shown when it fails."""

    def __init__(self, registros: Path) -> None:
        self.registros = registros
        self.vivos: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _tipo: type[BaseException] | None, erro: BaseException | None, _onde: object) -> None:
        with sem_interrupcao():
            self.encerrar(self.vivos)
        if isinstance(erro, Exception):  # the files go away with the run's folder
            for arquivo in sorted(self.registros.glob("*.log")):
                if fim := arquivo.read_text(errors="replace")[-2000:].strip():
                    erro.add_note(f"--- {arquivo.name}\n{fim}")

    def iniciar(
        self,
        nome: str,
        comando: Sequence[str],
        ambiente: Mapping[str, str],
        *,
        conversa: bool = False,
        herdados: tuple[int, ...] = (),
    ) -> subprocess.Popen[str]:
        """Start a process. `conversa`: its stdin and stdout are pipes; otherwise all it says goes to its file.

        `herdados` are open descriptors that it keeps.
        """
        with self.arquivo(nome).open("a") as arquivo, interrupcao_depois():
            saida: IO[str] | int = subprocess.PIPE if conversa else arquivo
            processo = subprocess.Popen(
                list(comando), env=dict(ambiente), cwd=RAIZ, text=True, start_new_session=True,
                pass_fds=herdados, stdin=subprocess.PIPE if conversa else subprocess.DEVNULL, stdout=saida, stderr=arquivo,
            )  # fmt: skip
            self.vivos.append(processo)
        return processo

    def arquivo(self, nome: str) -> Path:
        return self.registros / f"{nome}.log"

    def fim_do_registro(self, nome: str) -> str:
        return self.arquivo(nome).read_text(errors="replace")[-3000:]

    def matar(self, processo: subprocess.Popen[str]) -> None:
        """SIGKILL to the whole group, as a power cut would: nobody is asked."""
        _sinalizar(processo, signal.SIGKILL)
        processo.wait()
        self._esquecer(processo)

    def encerrar(self, processos: Sequence[subprocess.Popen[str]]) -> None:
        """SIGTERM, patience, SIGKILL: to whole groups, for a web server or a worker has children."""
        processos = list(processos)
        for processo in processos:
            _sinalizar(processo, signal.SIGTERM)
        for processo in processos:
            with suppress(subprocess.TimeoutExpired):  # out of patience: SIGKILL follows either way
                processo.wait(ESPERA)
            _sinalizar(processo, signal.SIGKILL)
            processo.wait()
            for tubo in (processo.stdin, processo.stdout):
                if tubo is not None:
                    tubo.close()
            self._esquecer(processo)

    def _esquecer(self, processo: subprocess.Popen[str]) -> None:
        if processo in self.vivos:
            self.vivos.remove(processo)


def _sinalizar(processo: subprocess.Popen[str], sinal: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # the whole group has ended by itself, which is what the signal is for
        os.killpg(processo.pid, sinal)


def ouvir_sinais() -> None:
    """SIGTERM and a closed terminal end this process as Ctrl-C does: by the way that cleans up."""
    for sinal in SINAIS:
        signal.signal(sinal, _interromper)


@contextmanager
def sem_interrupcao() -> Iterator[None]:
    """While cleaning up: somebody who presses Ctrl-C twice leaves nothing running either."""
    antes = {sinal: signal.signal(sinal, signal.SIG_IGN) for sinal in SINAIS}
    try:
        yield
    finally:
        for sinal, tratador in antes.items():
            signal.signal(sinal, tratador)


@contextmanager
def interrupcao_depois() -> Iterator[None]:
    """A signal that comes meanwhile is heard at the end: a process that has started is in the list of those to stop.

    The mask would do it too, but a child inherits that, and a worker deaf to SIGTERM never ends. In a thread other than
    the main one no signal is heard anyway.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    chegaram: list[int] = []
    antes = {sinal: signal.signal(sinal, lambda chegou, _quadro: chegaram.append(chegou)) for sinal in SINAIS}
    try:
        yield
    finally:
        for sinal, tratador in antes.items():
            signal.signal(sinal, tratador)
        for numero in chegaram:
            signal.raise_signal(numero)


def _interromper(sinal: int, _quadro: FrameType | None) -> None:
    raise KeyboardInterrupt(signal.Signals(sinal).name)
