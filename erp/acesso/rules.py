"""The shape of an API key and of its hash. Pure, save for the randomness of a new key."""

import hashlib
import re
import secrets
import uuid
from typing import NamedTuple

_FORMATO = re.compile(r"rtg_(?P<prefixo>[0-9a-f]{12})_[0-9a-f]{64}")
_FORMATO_UUID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


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


def gerar_chave_uuid() -> ChaveNova:
    """The text of a random UUID, 36 characters: 48 bits to find the row by, 74 bits of secret."""
    texto = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    return ChaveNova(texto, texto.replace("-", "")[:12], hash_da_chave(texto))


def hash_da_chave(texto: str) -> str:
    """SHA-256 in hexadecimal. Plain on purpose: a random secret of 74 bits or more needs no slow hash."""
    return hashlib.sha256(texto.encode()).hexdigest()


def prefixo_da_chave(texto: str) -> str | None:
    """The prefix of a text that has either shape of a key, else None."""
    if formato := _FORMATO.fullmatch(texto):
        return formato["prefixo"]
    formato = _FORMATO_UUID.fullmatch(texto)
    return formato[1] + formato[2] if formato else None
