"""What an address holds of a text that may be somebody's document, e-mail or phone: a ciphertext that only we read.

Addresses stay in histories, in logs of proxies and in messages. The key comes from `SECRET_KEY`: when that changes, old
addresses are no longer read, which is said.
"""

from __future__ import annotations

import base64
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.crypto import salted_hmac

from auditoria.pessoas.identidade import e_documento, normalizar
from auditoria.rules import mascarar_texto

PREFIXO: Final = "velado-"
_NONCE: Final = 12


class Ilegivel(Exception):
    """O endereço desta página não vale mais: escreva o filtro de novo."""


def velar(texto: str) -> str:
    """The text as an address may hold it: itself, unless a log would mask it."""
    if not texto.startswith(PREFIXO) and mascarar_texto(texto) == texto and not e_documento(normalizar(texto)):
        return texto
    return velar_sempre(texto)


def velar_sempre(texto: str) -> str:
    """Where anything typed may be of a person: a telephone, or the half of a document, has no shape that tells it."""
    nonce = secrets.token_bytes(_NONCE)
    return PREFIXO + base64.urlsafe_b64encode(nonce + _cifra().encrypt(nonce, texto.encode(), None)).decode().rstrip(
        "="
    )


def revelar(texto: str) -> str:
    """What `velar` was given. Raises `Ilegivel`."""
    if not texto.startswith(PREFIXO):
        return texto
    corpo = texto.removeprefix(PREFIXO)
    try:
        bruto = base64.urlsafe_b64decode(corpo + "=" * (-len(corpo) % 4))
        return _cifra().decrypt(bruto[:_NONCE], bruto[_NONCE:], None).decode()
    except (ValueError, InvalidTag):
        raise Ilegivel(Ilegivel.__doc__) from None


def _cifra() -> AESGCM:
    return AESGCM(salted_hmac("auditoria.trilha.velado", "", algorithm="sha256").digest())
