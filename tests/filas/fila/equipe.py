"""Processes that send, started and ended by a test."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.falhas.vivos import url_do_banco
from tests.filhos import Filho, filho


@contextlib.contextmanager
def equipe(quantos: int, url: str, *, registro: Path | None = None, **opcoes: Any) -> Iterator[list[Filho]]:
    """`quantos` processes at work on the test database; killed at the end, however it ends.

    `registro`: a file for what they log; otherwise it is for nobody.
    """
    ambiente = os.environ | {"DATABASE_URL": url_do_banco(), "LOG_NIVEL": "WARNING" if registro else "ERROR"}
    provas = json.dumps({"url": url, **opcoes})
    processos: list[Filho] = []
    try:
        for _ in range(quantos):
            processos.append(filho(["tests.filas.fila.trabalhador"], ambiente, saida=registro, PROVAS=provas))
        for processo in processos:
            processo.disse("pronto")
        yield processos
    finally:
        for processo in processos:
            processo.kill()
            processo.wait()
