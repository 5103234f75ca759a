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
def equipe(quantos: int, url: str, **opcoes: Any) -> Iterator[list[subprocess.Popen[str]]]:
    """`quantos` processes at work on the test database; killed at the end, however it ends."""
    ambiente = os.environ | {
        "DATABASE_URL": url_do_banco(),
        "LOG_NIVEL": "ERROR",
        "PROVAS": json.dumps({"url": url, **opcoes}),
    }
    processos: list[subprocess.Popen[str]] = []
    try:
        for _ in range(quantos):
            processos.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.filas.fila.trabalhador"],
                    cwd=RAIZ, env=ambiente, stdout=subprocess.PIPE, text=True,
                )
            )  # fmt: skip
        for processo in processos:
            assert processo.stdout is not None and processo.stdout.readline() == "pronto\n"
        yield processos
    finally:
        for processo in processos:
            processo.kill()
            processo.wait()
            if processo.stdout is not None:
                processo.stdout.close()
