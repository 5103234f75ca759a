"""Locks on identities: whoever decides between a new customer and a known one holds them until the transaction ends.

A row lock does not do: the row that both would write may not exist yet. The order is fixed (the register, then the
keys in order of number), so nobody waits in a circle.
"""

import zlib
from collections.abc import Iterable

from django.db import connection

_CADASTRO, _IDENTIDADE = 0x434C4901, 0x434C4902  # "CLI"


def travar_identidades(chaves: Iterable[str]) -> None:
    """One writer at a time for each code and each document; any number of them for different customers."""
    numeros = sorted({_numero(chave) for chave in chaves if chave})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 0)", [_CADASTRO])
        for numero in numeros:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_IDENTIDADE, numero])


def travar_cadastro() -> None:
    """Nobody else writes: for an import, whose thousands of keys would not fit in the lock table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_CADASTRO])


def _numero(chave: str) -> int:
    """A key as a signed 32-bit number. Two keys with one number only wait for each other."""
    return zlib.crc32(chave.encode()) - 2**31
