"""The HTTP client of the engine."""

from __future__ import annotations

from filas.fila.valores import Requisicao, Resposta


def chamar(requisicao: Requisicao) -> Resposta:
    """Make one call, whole within `requisicao.tempo_limite`. Raises `FalhaDeTransporte`."""
    raise NotImplementedError
