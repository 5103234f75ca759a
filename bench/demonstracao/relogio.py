"""Simulated time, of this process and of its database alike: a month goes by in seconds.

The process's clock is moved by time-machine. PostgreSQL has no such thing: functions named as those of the clock are put
before the catalogue's own in the search path, and whoever asks what time it is asks them, until the end. Defaults of columns
keep to the catalogue's: simulated time must be later than the real one, or what was just made would be of the future.
"""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Self

import time_machine
from django.db import connection, connections

_FUNCOES = ("now", "statement_timestamp", "clock_timestamp", "transaction_timestamp")
_INSTALAR = """
CREATE TABLE demonstracao_relogio (adiante interval NOT NULL);
INSERT INTO demonstracao_relogio VALUES (interval '0');
""" + "".join(
    f"""CREATE FUNCTION public.{nome}() RETURNS timestamptz LANGUAGE sql STABLE AS
    'SELECT pg_catalog.{nome}() + (SELECT adiante FROM public.demonstracao_relogio)';
    """
    for nome in _FUNCOES
)
_DESINSTALAR = "DROP TABLE demonstracao_relogio;" + "".join(f"DROP FUNCTION public.{nome}();" for nome in _FUNCOES)


class Relogio:
    """Within `with`, time is what `ir` says, and goes on from there."""

    def __init__(self, comeco: datetime) -> None:
        self._viagem = time_machine.travel(comeco, tick=True)
        self._comeco = comeco

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute(_INSTALAR)
            cursor.execute(f"ALTER DATABASE {_banco()} SET search_path = public, pg_catalog")
        connections.close_all()  # those open keep the path that they began with
        self._coordenadas = self._viagem.start()
        self.ir(self._comeco)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._viagem.stop()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {_banco()} RESET search_path")
            cursor.execute(_DESINSTALAR)
        connections.close_all()

    def ir(self, momento: datetime) -> None:
        """Be at that moment, here and in the database."""
        self._coordenadas.move_to(momento)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE demonstracao_relogio SET adiante = %s - pg_catalog.clock_timestamp()", [momento])


def _banco() -> str:
    return connection.ops.quote_name(str(connection.settings_dict["NAME"]))
