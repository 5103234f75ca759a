"""One writer at a time decides which message of a record is pending.

Whoever makes a message pending (entering, going back from 1, reprocessing) holds the lock of its record, so that what it
finds pending is still so when it writes. Records share 1,024 locks: a batch of any size takes no more than these, in
order, which is what keeps two batches from waiting for each other.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from django.db.backends.utils import CursorWrapper

CLASSE = 7_241_101
BALDES = 1_024


def travar_registros(cursor: CursorWrapper, contexto: str, chaves: Iterable[str]) -> None:
    """Hold the locks of these records until the transaction ends. Once per transaction: all its records at once."""
    travar_pares(cursor, ((contexto, chave) for chave in chaves))


def travar_pares(cursor: CursorWrapper, registros: Iterable[tuple[str, str]]) -> None:
    """As `travar_registros`, of records (contexto, chave) of several contexts."""
    baldes = sorted({zlib.crc32(f"{contexto}\0{chave}".encode()) % BALDES for contexto, chave in registros})
    if baldes:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, b) FROM unnest(%s::int[]) b", [CLASSE, baldes])
