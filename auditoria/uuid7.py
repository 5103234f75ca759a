"""Time-ordered identifiers: inserts land at the end of the index instead of all over it."""

import secrets
import time
import uuid

_BITS_DA_FRACAO = 12


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562): 48 bits of milliseconds, 12 of the fraction of one, 62 random.

    Two made in one process more than a quarter of a microsecond apart sort in the order they were made.
    """
    milissegundos, resto = divmod(time.time_ns(), 1_000_000)
    fracao = (resto << _BITS_DA_FRACAO) // 1_000_000
    valor = (milissegundos & (1 << 48) - 1) << 80 | 7 << 76 | fracao << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=valor)
