"""Who is to know that a document was moved on by other hands than the tills': apps above register themselves.

A listener runs in the transaction that moved the document, after everything was written, and talks to no network.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.backends.utils import CursorWrapper

Ouvinte = Callable[[CursorWrapper, str, int, datetime], None]  # chave, numero, the moment
_ouvintes: dict[str, Ouvinte] = {}


def registrar_ouvinte(nome: str, ouvinte: Ouvinte) -> None:
    """Make it known; the same name again replaces the first. They are called in the order of their names."""
    _ouvintes[nome] = ouvinte


def avisar_ouvintes(cursor: CursorWrapper, chave: str, numero: int, agora: datetime) -> None:
    for nome in sorted(_ouvintes):
        _ouvintes[nome](cursor, chave, numero, agora)
