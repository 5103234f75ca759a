"""Starting one of the archive's processes, and killing it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from tests.falhas.test_tipar_morto import espera_pela_linha, outros_conectados
from tests.falhas.vivos import RAIZ, esperar, url_do_banco


@contextmanager
def processo(parte: str, pasta: Path, url: str, banco: str) -> Iterator[subprocess.Popen[bytes]]:
    """A part of `remetedor`, on the databases of this test, until the end of the block: then SIGKILL."""
    ambiente = os.environ | {
        "DATABASE_URL": url_do_banco(), "LOG_NIVEL": "ERROR", "AUDITORIA_MONGO_URL": com_banco(url, banco),
        "AUDITORIA_DIAS": "1",
    }  # fmt: skip
    with (pasta / "remetedor.log").open("ab") as registro:
        nosso = subprocess.Popen(
            [sys.executable, "-m", "tests.auditoria.arquivo.remetedor", parte],
            cwd=RAIZ, env=ambiente, stdout=subprocess.PIPE, stderr=registro,
        )  # fmt: skip
        try:
            yield nosso
        finally:
            nosso.kill()
            nosso.communicate()


def matar_quando_esperar(parte: str, pasta: Path, url: str, banco: str) -> None:
    """SIGKILL while it waits for a lock. The server would find out only in seconds: what it was doing is ended at once."""
    with processo(parte, pasta, url, banco):
        esperar(espera_pela_linha, 90, (pasta / "remetedor.log").read_text())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


def ninguem_mais() -> None:
    """Wait until the server has noticed that who was killed is gone."""
    esperar(lambda: outros_conectados() == 0, 30, "o banco ainda não deu por falta da morta")


def com_banco(url: str, banco: str) -> str:
    """The same server, and who enters as before, in another database."""
    esquema, _, resto = url.partition("://")
    servidores, _, caminho = resto.partition("/")
    de_antes, _, opcoes = caminho.partition("?")
    origem = [f"authSource={de_antes or 'admin'}"] if "@" in servidores and "authSource=" not in opcoes else []
    opcoes = "&".join([*filter(None, [opcoes]), *origem])
    return f"{esquema}://{servidores}/{banco}" + (f"?{opcoes}" if opcoes else "")
