"""Making the till's own tables. Nothing here, or in any command of the till, opens the retaguarda's database."""

import time

from django.db import DatabaseError, connections
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.executor import MigrationExecutor

from pdv.terminal.registro import ALIAS

APP = "terminal"
SEGUNDOS_POR_OUTRO = 30


def preparar(espera: float = SEGUNDOS_POR_OUTRO) -> bool:
    """Bring the till's tables to the present; True when there was something to do. Several processes may call it at once.

    The executor is used instead of `migrate`: that command's signals make other apps look at the default database.
    """
    fim = time.monotonic() + espera
    mudou = False
    while True:
        executor = MigrationExecutor(connections[ALIAS])
        alvos = executor.loader.graph.leaf_nodes(APP)
        if not executor.migration_plan(alvos):
            return mudou
        try:
            executor.migrate(alvos)
            mudou = True
        except (DatabaseError, MigrationSchemaMissing):
            if time.monotonic() > fim:
                raise
            time.sleep(0.2)  # another process is making the same tables
