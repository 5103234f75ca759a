"""The connection that brings its own server.

Importing settings or this module starts nothing: the server starts when somebody first needs a connection, and
a connection that finds it down (stopped, or still recovering from a crash) starts it or waits for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from psycopg2 import OperationalError

from erp.config.embutido import servidor_padrao
from erp.config.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection; on failing to connect, the embedded server is brought up and asked once more."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except OperationalError:
            servidor_padrao(Path(settings.RETAGUARDA_DADOS)).garantir_no_ar()
            return super().get_new_connection(conn_params)
