"""Processes that send, started and ended by a test."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.falhas.vivos import url_do_banco

RAIZ = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def equipe(
    quantos: int, url: str, *, registro: Path | None = None, **opcoes: Any
) -> Iterator[list[subprocess.Popen[str]]]:
    """`quantos` processes at work on the test database; killed at the end, however it ends.

    `registro`: a file for what they log; otherwise it is for nobody.
    """
    ambiente = os.environ | {
        "DATABASE_URL": url_do_banco(),
        "LOG_NIVEL": "WARNING" if registro else "ERROR",
        "PROVAS": json.dumps({"url": url, **opcoes}),
    }
    processos: list[subprocess.Popen[str]] = []
    try:
        for _ in range(quantos):
            processos.append(_iniciar(ambiente, registro))
        for processo in processos:
            assert processo.stdout is not None and processo.stdout.readline() == "pronto\n"
        yield processos
    finally:
        for processo in processos:
            processo.kill()
            processo.wait()
            if processo.stdout is not None:
                processo.stdout.close()


def _iniciar(ambiente: dict[str, str], registro: Path | None) -> subprocess.Popen[str]:
    with (registro or Path(os.devnull)).open("a") as saida:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.filas.fila.trabalhador"],
            cwd=RAIZ, env=ambiente, stdout=subprocess.PIPE, stderr=saida, text=True,
        )  # fmt: skip
