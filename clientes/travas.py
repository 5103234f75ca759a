"""Locks on identities: whoever decides between a new customer and a known one holds them until the transaction ends.

A row lock does not do: the row that both would write may not exist yet. The order is fixed (the place of a batch, the
register, then the keys in order of number), so nobody waits in a circle.

A batch of 500 has up to 1,500 keys, and PostgreSQL's lock table has room for some 8,000 by default: only VAGAS batches
hold theirs at once, the next ones wait for a place before they take any.
"""

import zlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from filas.copia import lista

_CADASTRO, IDENTIDADE, _VAGA = 0x434C4901, 0x434C4902, 0x434C4904  # "CLI"; ...03 is of monitor.reenvio
VAGAS = 3
Comando = tuple[str, Sequence[Any]]  # SQL and its values
_MUITAS = 64  # keys
_LIMITAR = "SET LOCAL lock_timeout = %s;"
_OCUPAR_VAGA = "SELECT pg_advisory_xact_lock(%s, pg_backend_pid() %% %s);"
# The second statement takes its locks after the sort: PostgreSQL evaluates what is volatile above it.
_TRAVAR = """SELECT pg_advisory_xact_lock_shared(%s, 0);
SELECT pg_advisory_xact_lock(%s, numero) FROM unnest(%s::int[]) AS numero ORDER BY numero"""


def travar_identidades(chaves: Iterable[str]) -> None:
    """One writer at a time for each code and each document; any number of them for different customers."""
    with connection.cursor() as cursor:
        cursor.execute(*comando_de_trava(chaves))


def comando_de_trava(chaves: Iterable[str], *, espera_maxima: timedelta | None = None) -> Comando:
    """`travar_identidades` as text and values, for whoever sends it together with what comes next.

    With `espera_maxima`, who waits longer for these or for any other lock of the transaction gets OperationalError.
    """
    numeros = {numero_da_chave(chave) for chave in chaves if chave}
    comando = _TRAVAR
    valores: list[Any] = [_CADASTRO, IDENTIDADE, lista(sorted(numeros))]
    if len(numeros) > _MUITAS:
        comando, valores = _OCUPAR_VAGA + comando, [_VAGA, VAGAS, *valores]
    if espera_maxima is not None:
        comando, valores = _LIMITAR + comando, [int(espera_maxima.total_seconds() * 1000), *valores]
    return comando, valores


def travar_cadastro() -> None:
    """Nobody else writes: for an import, which holds it for longer than a webservice's customer may wait for a key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_CADASTRO])


def numero_da_chave(chave: str) -> int:
    """A key as a number of 31 bits. Two keys with one number only wait for each other."""
    return zlib.crc32(chave.encode()) % 2**31
