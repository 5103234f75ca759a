"""Build the server once per machine: `python -m tests.ferretdb.construir` prints where it is.

It takes a minute or two of processor, so it is kept in the user's cache, under the hash of what it is made of.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import fasteners

FONTES: Final = Path(__file__).parent
# PostgreSQL under FerretDB is not for us: a third less to build.
COMANDO: Final = ("build", "-tags", "ferretdb_no_postgresql", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-o")


class SemGo(RuntimeError):
    """Esta máquina não tem Go (comando go): o servidor MongoDB dos testes não pode ser construído."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class NaoConstruido(RuntimeError):
    """O servidor MongoDB dos testes não pôde ser construído."""

    def __init__(self, go: str, dito: str) -> None:
        super().__init__(f"{self.__doc__} Go: {go}.\n{dito}")


def construir() -> Path:
    """The executable, built if it is not there. Several at once: one builds, the others wait.

    Raises `SemGo`, `NaoConstruido`.
    """
    pronto = _pasta() / f"ferretdb-{_hash()}"
    if pronto.exists():
        return pronto
    go = shutil.which("go")
    if go is None:
        raise SemGo
    pronto.parent.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(pronto.with_suffix(".trava")):
        if not pronto.exists():
            parcial = pronto.with_suffix(".parcial")
            # CGO_ENABLED: the SQLite in it is Go, and so no C compiler is needed
            ambiente = os.environ | {"CGO_ENABLED": "0", "GOWORK": "off"}
            feito = subprocess.run(
                [go, *COMANDO, str(parcial), "."], cwd=FONTES, env=ambiente, capture_output=True, text=True, check=False
            )
            if feito.returncode:
                raise NaoConstruido(go, feito.stdout + feito.stderr)
            parcial.rename(pronto)
    return pronto


def _pasta() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "retaguarda"


def _hash() -> str:
    soma = hashlib.sha256(" ".join(COMANDO).encode())
    for nome in ("go.mod", "go.sum", "main.go"):
        soma.update((FONTES / nome).read_bytes())
    return soma.hexdigest()[:16]


if __name__ == "__main__":
    print(construir())
