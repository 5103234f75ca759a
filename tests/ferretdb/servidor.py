"""The server that the tests of the archive talk to, and the archive configured to it.

`AUDITORIA_MONGO_URL` in the environment of the run (the conftest moves it to `MONGO_DOS_TESTES`, so that no other test sees
it) names a real MongoDB: the same tests run against it, in a database of their own that is dropped at the end.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import pytest
from django.db import connections
from django_mongodb_backend.base import DatabaseWrapper
from pymongo.database import Database

from auditoria.arquivo import ALIAS
from erp.config import ambiente
from tests.ferretdb.construir import NaoConstruido, SemGo, construir

REAL: Final = "MONGO_DOS_TESTES"


@dataclass
class Ferret:
    """One process of FerretDB. `parar` and `ligar` again keep its port and its data."""

    pasta: Path
    porta: int = 0
    url: str = ""
    processo: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def ligar(self) -> Ferret:
        with (self.pasta / "ferretdb.log").open("ab") as saida:
            self.processo = subprocess.Popen(
                [construir(), str(self.porta), str(self.pasta)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=saida, env=os.environ | {"DO_NOT_TRACK": "1"},
            )  # fmt: skip
        assert self.processo.stdout is not None
        self.url = self.processo.stdout.readline().decode().strip()
        if not self.url:
            pytest.fail(f"o FerretDB não abriu: {(self.pasta / 'ferretdb.log').read_text()}")
        self.porta = urlsplit(self.url).port or 0
        return self

    def parar(self) -> None:
        """As a machine that loses its power: SIGKILL."""
        if self.processo is not None:
            self.processo.kill()
            self.processo.communicate()
            self.processo = None


def exigir_construido() -> None:
    """Without Go the test is skipped, saying so; in CI it fails. Where there is Go and the build fails, it fails anywhere."""
    try:
        construir()
    except SemGo as falta:
        if os.environ.get("CI", "").lower() not in ("", "0", "false"):
            pytest.fail(f"{falta} Em CI estes testes não podem ser pulados.", pytrace=False)
        pytest.skip(str(falta))
    except NaoConstruido as erro:
        pytest.fail(f"{erro} Os testes do arquivo não foram feitos.", pytrace=False)


@pytest.fixture(scope="session")
def ferret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ferret]:
    """The FerretDB of this process, running (`exigir_construido`)."""
    exigir_construido()
    servidor = Ferret(tmp_path_factory.mktemp("ferretdb")).ligar()
    yield servidor
    servidor.parar()


@pytest.fixture
def url_do_mongo(request: pytest.FixtureRequest) -> str:
    """The server of this run: the real one that the environment names, else ours."""
    if real := os.environ.get(REAL):
        return real
    servidor: Ferret = request.getfixturevalue("ferret")
    if servidor.processo is None:  # a test that stopped it, and failed
        servidor.ligar()
    return servidor.url


@contextmanager
def arquivo_em(url: str, banco: str) -> Iterator[DatabaseWrapper]:
    """The archive configured as the settings would, to that database of that server, until the end of the block."""
    with pytest.MonkeyPatch.context() as ambiente_do_teste:
        ambiente_do_teste.setenv("AUDITORIA_MONGO_URL", url)
        configurado = ambiente.mongo("AUDITORIA_MONGO_URL")
        assert configurado is not None
        ambiente_do_teste.setitem(connections.settings, ALIAS, configurado | {"NAME": banco})
        connections.settings = connections.configure_settings(connections.settings)  # as Django fills in the defaults
        ha = hasattr(connections._connections, ALIAS)  # type: ignore[attr-defined]  # Django's own; the stubs lack it
        de_fora = connections[ALIAS] if ha else None  # one block within another
        pool = DatabaseWrapper._connection_pools.pop(ALIAS, None)
        conexao = connections[ALIAS] = cast(DatabaseWrapper, connections.create_connection(ALIAS))
        try:
            yield conexao
        finally:
            conexao.close_pool()
            del connections[ALIAS]
            if de_fora is not None and pool is not None:
                connections[ALIAS] = de_fora
                DatabaseWrapper._connection_pools[ALIAS] = pool


@pytest.fixture
def arquivo(url_do_mongo: str, db: None) -> Iterator[Database[Any]]:
    """The archive, configured and empty. The value is its database, to look into and to tamper with."""
    with arquivo_em(url_do_mongo, f"retaguarda_testes_{secrets.token_hex(6)}") as conexao:
        yield conexao.database
        conexao.connection.drop_database(conexao.database.name)
