"""An installation of its own, as an operator has it: a data folder, its server, and `manage.py` in other processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from erp.config.embutido import RAIZ, Servidor, servidor_padrao

# Django warns of a database that is asked before the apps are there; here none will ever be.
SEM_APPS = (sys.executable, "-W", "ignore:Accessing the database", "-c")


@dataclass(frozen=True)
class Instalacao:
    """`raiz` is a folder of mode 700, as a home is; the data folder is inside."""

    raiz: Path

    @property
    def dados(self) -> Path:
        return self.raiz / "dados"

    @property
    def servidor(self) -> Servidor:
        return servidor_padrao(self.dados)

    @property
    def ambiente(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": "",
            "RETAGUARDA_DADOS": str(self.dados),
            "RETAGUARDA_ESTATICOS": str(self.raiz / "estaticos"),
            "DJANGO_SETTINGS_MODULE": "erp.config.settings",
        }

    def sem_apps(self, codigo: str, **ambiente: str) -> subprocess.CompletedProcess[str]:
        """Python with the settings and the connections: half a start, and all that a question to the server takes."""
        return self._rodar([*SEM_APPS, codigo], ambiente)

    @contextmanager
    def operador(self) -> Iterator[Operador]:
        """One process for one command after the other: what it takes to start is paid once."""
        with subprocess.Popen(
            [sys.executable, "-m", "tests.erp.config.operador"],
            cwd=RAIZ, env=self.ambiente, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as processo:  # fmt: skip
            try:
                yield Operador(processo)
            finally:
                processo.kill()

    def python(self, codigo: str, **ambiente: str) -> subprocess.CompletedProcess[str]:
        comando = [sys.executable, "-c", f"import django; django.setup()\n{codigo}"]
        return self._rodar(comando, ambiente)

    def sql(self, comando: str, banco: str = "retaguarda") -> list[tuple[Any, ...]]:
        """Straight to the server, which is up: what a look into the database needs no Django for."""
        with closing(psycopg2.connect(self.servidor.url(banco))) as conexao:
            conexao.autocommit = True
            with conexao.cursor() as cursor:
                cursor.execute(comando)
                return cursor.fetchall() if cursor.description else []

    def manage(self, *argumentos: str, **ambiente: str) -> subprocess.CompletedProcess[str]:
        return self._rodar([sys.executable, "manage.py", *argumentos], ambiente)

    def abrir(self, *comando: str, **ambiente: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            comando,
            cwd=RAIZ,
            env={**self.ambiente, **ambiente},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def _rodar(self, comando: list[str], ambiente: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            comando,
            cwd=RAIZ,
            env={**self.ambiente, **ambiente},
            text=True,
            capture_output=True,
            timeout=280,
            check=False,
        )


@dataclass(frozen=True)
class Operador:
    """`tests.erp.config.operador`, from this side."""

    processo: subprocess.Popen[str]

    def manage(self, *argumentos: str) -> subprocess.CompletedProcess[str]:
        return self._pedir(argumentos=argumentos)

    def python(self, codigo: str) -> subprocess.CompletedProcess[str]:
        return self._pedir(codigo=codigo)

    def _pedir(self, **pedido: Any) -> subprocess.CompletedProcess[str]:
        assert self.processo.stdin is not None and self.processo.stdout is not None
        self.processo.stdin.write(json.dumps(pedido) + "\n")
        self.processo.stdin.flush()
        codigo, saida, erros = json.loads(self.processo.stdout.readline())
        return subprocess.CompletedProcess("", codigo, saida, erros)


def _nova() -> Iterator[Instalacao]:
    raiz = Path(tempfile.mkdtemp(prefix="retaguarda-instalacao-"))
    raiz.chmod(0o700)
    instalacao = Instalacao(raiz)
    try:
        yield instalacao
    finally:
        instalacao.servidor.destruir()
        shutil.rmtree(raiz, ignore_errors=True)


@pytest.fixture(scope="module")
def instalacao() -> Iterator[Instalacao]:
    yield from _nova()


@pytest.fixture(scope="module")
def operador(instalacao: Instalacao) -> Iterator[Operador]:
    with instalacao.operador() as aberto:
        yield aberto
