"""Reading `antes` and `depois` as the database has them, whoever put them there: nothing that it accepts is an error.

What PostgreSQL takes for JSON and Python does not read (an integer of thousands of digits, a nesting of thousands of
levels) comes as its text, so that one odd event does not hide the others. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NoReturn

FUNDO: Final = 100  # levels; the deepest of ours is 6, and what is read must be written again, inside something else
DIGITOS: Final = 1_000  # of an integer that is read as one
CONTEUDO: Final = "conteúdo"


class Numero(str):
    """A number by its text, as it was recorded."""


def exata(texto: str) -> Numero | float:
    """A number with a fraction: a float when that says the same, else its text.

    >>> exata("1.50"), exata("0.1234567890123456789"), exata("1e400")
    (1.5, '0.1234567890123456789', '1e400')
    """
    lido = float(texto)
    return lido if texto.rstrip("0") in (repr(lido), f"{lido!r}".rstrip("0")) else Numero(texto)


def ler(texto: str | None, fracao: Callable[[str], Any] = exata) -> Any:
    """The value of a JSON text, which can be written as JSON again; the text itself when it cannot be read."""
    if texto is None:
        return None
    try:
        lido = json.loads(texto, parse_int=_inteiro, parse_float=fracao, parse_constant=_recusar)
    except (ValueError, RecursionError):
        return texto
    return texto if _fundo_demais(lido) else lido


def campos(texto: str | None) -> dict[str, Any] | None:
    """A side of an event by its fields; what is no object is the one field `CONTEUDO`. None when it was not recorded."""
    lido = ler(texto)
    return lido if lido is None or isinstance(lido, dict) else {CONTEUDO: lido}


def _inteiro(texto: str) -> int | Numero:
    return int(texto) if len(texto) <= DIGITOS else Numero(texto)


def _recusar(constante: str) -> NoReturn:
    raise ValueError(constante)


def _fundo_demais(valor: Any) -> bool:
    nivel = [valor]
    for _ in range(FUNDO):
        nivel = [filho for pai in nivel for filho in _filhos(pai)]
        if not nivel:
            return False
    return True


def _filhos(valor: Any) -> list[Any]:
    if isinstance(valor, dict):
        return list(valor.values())
    return valor if isinstance(valor, list) else []
