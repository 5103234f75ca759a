"""A process that starts once, and whose children begin where it stands: `python -m tests.mae FOLDER`.

To start is to import half a thousand modules; a test that kills ten workers pays that once. A child is a process like any
other, with nothing of its mother's but what was read: she has no connection and no thread.

A request is a line of JSON (`comando`: a module and its arguments; `saida`: the file for what it writes; `ambiente`: what it
finds there besides), and the answer the number of the child. Who ends leaves a file with its exit code in the folder.
With the end of the requests every child that is left is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import select
import signal
import sys
from pathlib import Path
from typing import Any

import django


def _ceifar(vivos: set[int], pasta: Path) -> None:
    while vivos:
        pid, estado = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        vivos.discard(pid)
        novo = pasta / f"{pid}.novo"
        novo.write_text(str(os.waitstatus_to_exitcode(estado)))
        novo.rename(pasta / str(pid))


def _pedido(aviso: int, vivos: set[int], pasta: Path) -> dict[str, Any] | None:
    """The next request, with the dead buried meanwhile; None where there will be no other."""
    lido = b""
    while not lido.endswith(b"\n"):
        prontos, _, _ = select.select([0, aviso], [], [])
        if aviso in prontos:
            os.read(aviso, 4096)
            _ceifar(vivos, pasta)
        if 0 in prontos:
            parte = os.read(0, 65536)
            if not parte:
                return None
            lido += parte
    pedido: dict[str, Any] = json.loads(lido)
    return pedido


def _ser_filho(pedido: dict[str, Any]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(pedido["ambiente"])
    nada = os.open(os.devnull, os.O_RDONLY)
    saida = os.open(pedido["saida"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for de, para in ((nada, 0), (saida, 1), (saida, 2)):
        os.dup2(de, para)
    modulo, *argumentos = pedido["comando"]
    sys.argv = [modulo, *argumentos]
    runpy.run_module(modulo, run_name="__main__", alter_sys=True)


def cuidar(pasta: Path) -> None:
    aviso, avisar = os.pipe()
    os.set_blocking(avisar, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(avisar)
    vivos: set[int] = set()
    while (pedido := _pedido(aviso, vivos, pasta)) is not None:
        pid = os.fork()
        if not pid:
            return _ser_filho(pedido)
        vivos.add(pid)
        os.write(1, f"{pid}\n".encode())
    for pid in vivos:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    django.setup()
    cuidar(Path(sys.argv[1]))
