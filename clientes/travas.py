"""Locks on identities: whoever decides between a new customer and a known one holds them until the transaction ends.

A row lock does not do: the row that both would write may not exist yet. The order is fixed (the register, then the
keys in order of number), so nobody waits in a circle.

A key is one of 4,096 numbers: however many customers are written at once, the locks fit in the lock table that
PostgreSQL has by default (a batch of 500 has up to 1,500 keys). Two keys with one number only wait for each other.
"""

import zlib
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection

from filas.copia import lista

_CADASTRO, _IDENTIDADE = 0x434C4901, 0x434C4902  # "CLI"
NUMEROS = 4096
_LIMITAR = "SET LOCAL lock_timeout = %s;"
# The second statement takes its locks after the sort: PostgreSQL evaluates what is volatile above it.
_TRAVAR = """SELECT pg_advisory_xact_lock_shared(%s, 0);
SELECT pg_advisory_xact_lock(%s, numero) FROM unnest(%s::int[]) AS numero ORDER BY numero"""


def travar_identidades(chaves: Iterable[str], *, espera_maxima: timedelta | None = None) -> None:
    """One writer at a time for each code and each document; any number of them for different customers.

    With `espera_maxima`, who waits longer for these or for any other lock of the transaction gets OperationalError.
    """
    numeros = {numero_da_chave(chave) for chave in chaves if chave}
    comando = _TRAVAR
    valores: list[int | str] = [_CADASTRO, _IDENTIDADE, lista(sorted(numeros))]
    if espera_maxima is not None:
        comando, valores = _LIMITAR + comando, [int(espera_maxima.total_seconds() * 1000), *valores]
    with connection.cursor() as cursor:
        cursor.execute(comando, valores)


def travar_cadastro() -> None:
    """Nobody else writes: for an import, which holds it for longer than a webservice's customer may wait for a key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_CADASTRO])


def numero_da_chave(chave: str) -> int:
    return zlib.crc32(chave.encode()) % NUMEROS
