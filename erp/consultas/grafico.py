"""A series as the points of an SVG line. Pure: what it looks like is the template's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

LARGURA: Final = 1000
ALTURA: Final = 200
FOLGA: Final = 8  # so that a line at the top or at zero is not cut in half


class Grafico(NamedTuple):
    """Coordinates as text, with dots; `topo` is the value at the upper edge. `minimo_y`: empty outside the chart."""

    linha: str
    area: str
    minimo_y: str
    topo: int
    maior: int
    menor: int
    de: datetime
    ate: datetime


def desenhar(pontos: Sequence[tuple[datetime, int]], minimo: int) -> Grafico | None:
    """From zero to the highest of the values and the minimum; None without two points in two instants.

    >>> from datetime import timedelta
    >>> inicio = datetime(2026, 1, 1)
    >>> desenhar([(inicio, 100), (inicio + timedelta(hours=1), 0)], 50).linha
    '0.0,8.0 1000.0,192.0'
    """
    if len(pontos) < 2 or pontos[0][0] == pontos[-1][0]:
        return None
    de, ate = pontos[0][0], pontos[-1][0]
    valores = [valor for _, valor in pontos]
    topo = max(*valores, minimo, 1)
    total = (ate - de).total_seconds()

    def x(em: datetime) -> str:
        return f"{LARGURA * (em - de).total_seconds() / total:.1f}"

    def y(valor: int) -> str:
        return f"{ALTURA - FOLGA - (ALTURA - 2 * FOLGA) * valor / topo:.1f}"

    linha = " ".join(f"{x(em)},{y(valor)}" for em, valor in pontos)
    area = f"0,{ALTURA - FOLGA} {linha} {LARGURA},{ALTURA - FOLGA}"
    return Grafico(linha, area, y(minimo) if minimo else "", topo, max(valores), min(valores), de, ate)
