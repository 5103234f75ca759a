from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection

from clientes.monitor import CONTEXTO
from clientes.monitor.conteudo import conteudos
from filas.fila import contextos


class _Clientes(contextos.Contexto):
    """What the Queue must know to make a message again of the register: nothing here goes out."""

    nome = CONTEXTO
    titulo = "Clientes"

    def conteudo_atual(self, chaves: Sequence[str]) -> dict[str, dict[str, Any]]:
        with connection.cursor() as cursor:
            return dict(conteudos(cursor, chaves))


@pytest.fixture
def fila(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The context of the queue, as its owner registers it."""
    monkeypatch.setitem(contextos._contextos, CONTEXTO, _Clientes())
    yield
