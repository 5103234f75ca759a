"""The registry of contexts, put back after each test."""

from collections.abc import Iterator

import pytest

from filas.fila import contextos as registro
from filas.fila.contextos import Contexto


@pytest.fixture
def contextos() -> Iterator[dict[str, Contexto]]:
    """Empty: a test registers what it needs."""
    antes = dict(registro._contextos)
    registro._contextos.clear()
    yield registro._contextos
    registro._contextos.clear()
    registro._contextos.update(antes)
