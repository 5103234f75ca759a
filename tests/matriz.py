"""The migrations are run once a run of the suite: the databases of the other xdist workers are copies of the first.

Half a minute of processor for each worker otherwise. Only on the server that the run made for itself.
"""

from __future__ import annotations

import os
from pathlib import Path

import fasteners
from django.conf import settings
from django.db import connection

BANCO = "matriz_dos_testes"
_TRAVAS: list[fasteners.InterProcessLock] = []


def pegar(pasta: Path, embutido: bool) -> None:
    """Before the database is made: from the copy if it is there; the first process holds the others until `deixar`."""
    if not embutido or "PYTEST_XDIST_WORKER" not in os.environ:
        return
    trava = fasteners.InterProcessLock(pasta / ".matriz")
    trava.acquire()
    if (pasta / BANCO).exists():
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = BANCO
        trava.release()
    else:
        _TRAVAS.append(trava)


def sem_esperar_o_disco() -> None:
    """A machine that loses its power loses the run too: the run's own server waits for no disk.

    A server that is killed loses nothing by it: what it wrote is with the system.
    """
    if settings.DATABASES["default"]["ENGINE"] == "erp.config.banco":
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET fsync = off")
            cursor.execute("SELECT pg_reload_conf()")


def deixar(pasta: Path) -> None:
    """After the database is made, and before anything is written to it: the first process leaves a copy of it."""
    if not _TRAVAS:
        return
    if str(connection.settings_dict["NAME"]).startswith("test_"):
        connection.close()  # nobody may be in a database that is copied
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE {BANCO} TEMPLATE "{connection.settings_dict["NAME"]}"')
        (pasta / BANCO).touch()
    _TRAVAS.pop().release()
