"""E-mail addresses as people type them. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

_SEPARADORES: Final = re.compile(r"[\s;,/|<>()\"]+")
_validar: Final = EmailValidator()
_ENDERECO: Final = re.compile(r"(?<![^\s<>,;:\"'(])[^\s@<>,;:\"'*]+@[^\s@<>,;:\"']+")  # what is masked stays so


def normalizar(texto: str) -> str:
    """The first good address of what somebody typed, in lower case; empty when there is none.

    >>> normalizar(" Maria <MARIA@Exemplo.com.br>; outro@exemplo.com.br")
    'maria@exemplo.com.br'
    """
    for parte in _SEPARADORES.split(texto):
        candidato = parte.removeprefix("mailto:").strip(".").lower()
        if "@" not in candidato:
            continue
        try:
            _validar(candidato)
        except ValidationError:
            continue
        if candidato.isascii() and len(candidato) <= 254:
            return candidato
    return ""


def resumo(endereco: str) -> str:
    """By which a refusal knows an address: the SHA-256 of it, normalised. Without a key: it must outlive every key."""
    return hashlib.sha256(endereco.strip().lower().encode()).hexdigest()


def mascarar(endereco: str) -> str:
    """Enough for its owner to know it, and for nobody else.

    >>> mascarar("maria.silva@exemplo.com.br")
    'm***a@exemplo.com.br'
    """
    local, arroba, dominio = endereco.partition("@")
    if not arroba:
        return "***" if endereco else ""
    return f"{local[:1]}***{local[-1:] if len(local) > 3 else ''}@{dominio}"


def sem_enderecos(texto: str) -> str:
    """A text of somebody else's (a server's answer) with every address masked."""
    return _ENDERECO.sub(lambda achado: mascarar(achado[0]), texto)
