"""The secrets that this process works with, taken out of any text that would show them.

A CPF is known by its shape; a token is a word like any other, and a provider may say it back in an error. So whoever
reads a credential, or is given a token, says so here, and `rules.mascarar_texto` takes it out of whatever it masks.
"""

from __future__ import annotations

import base64
from collections import deque
from typing import Final
from urllib.parse import quote, quote_plus

OCULTO: Final = "***"
MINIMO: Final = 8  # shorter, and the words of every sentence would be hidden
DE_PASSAGEM: Final = 50  # tokens of a few hours: the last so many

_fixos: tuple[str, ...] = ()
_passageiros: deque[tuple[str, ...]] = deque(maxlen=DE_PASSAGEM)
_todos: tuple[str, ...] = ()


def esconder(segredo: str, *, de_passagem: bool = False) -> None:
    """Never show this again: as it is, in an address, or in base64. One too short to be a secret is left alone.

    `de_passagem`: a token that another takes the place of; the last `DE_PASSAGEM` are remembered.
    """
    global _fixos, _todos
    formas = _formas(segredo)
    if not formas or formas[0] in _todos:
        return
    if de_passagem:
        _passageiros.append(formas)
    else:
        _fixos += formas
    # the longest first: one may hold another
    _todos = tuple(sorted({*_fixos, *(f for formas in tuple(_passageiros) for f in formas)}, key=len, reverse=True))


def sem_segredos(texto: str) -> str:
    """The text without any secret that was told here.

    >>> esconder("um-token-da-efi"); sem_segredos("token um-token-da-efi inválido")
    'token *** inválido'
    """
    for segredo in _todos:
        if segredo in texto:
            texto = texto.replace(segredo, OCULTO)
    return texto


def _formas(segredo: str) -> tuple[str, ...]:
    if len(segredo) < MINIMO:
        return ()
    em_base64 = base64.b64encode(segredo.encode()).decode().rstrip("=")
    return tuple(dict.fromkeys((segredo, quote(segredo, safe=""), quote_plus(segredo), em_base64)))
