"""The shape of an API key and of its hash. Pure, save for the randomness of a new key."""

import hashlib
import re
import secrets
from typing import NamedTuple

_FORMATO = re.compile(r"rtg_(?P<prefixo>[0-9a-f]{12})_[0-9a-f]{64}")


class ChaveNova(NamedTuple):
    """A key just made: `texto` goes to its owner and nowhere else."""

    texto: str
    prefixo: str
    hash: str


def gerar_chave() -> ChaveNova:
    """`rtg_<prefixo>_<secret>`: 48 bits to find the row by, 256 bits of secret."""
    prefixo = secrets.token_hex(6)
    texto = f"rtg_{prefixo}_{secrets.token_hex(32)}"
    return ChaveNova(texto, prefixo, hash_da_chave(texto))


def hash_da_chave(texto: str) -> str:
    """SHA-256 in hexadecimal. Plain on purpose: a 256-bit random secret needs no slow hash."""
    return hashlib.sha256(texto.encode()).hexdigest()


def prefixo_da_chave(texto: str) -> str | None:
    """The prefix of a text that has the shape of a key, else None."""
    formato = _FORMATO.fullmatch(texto)
    return formato["prefixo"] if formato else None
