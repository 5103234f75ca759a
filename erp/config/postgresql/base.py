"""A connection that knows without asking whether its server is still there."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection whose health is looked at before each request (`CONN_HEALTH_CHECKS`)."""

    def is_usable(self) -> bool:
        """An idle connection has nothing to read; when it has, the server is saying goodbye, or has gone.

        Only then, or after an error, is the question worth its round trip, which was a tenth of a short request.
        """
        conexao = self.connection
        if conexao is None or conexao.closed:
            return False
        leitura = select.poll()
        leitura.register(conexao.fileno(), select.POLLIN)
        calada = not self.errors_occurred and not leitura.poll(0)
        return calada or super().is_usable()
