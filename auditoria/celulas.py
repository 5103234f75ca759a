"""Texts that go into a spreadsheet."""

from typing import Final

_PERIGOSOS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def inofensivo(texto: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> inofensivo("=1+1"), inofensivo("ana")
    ("'=1+1", 'ana')
    """
    return f"'{texto}" if texto.startswith(_PERIGOSOS) else texto
