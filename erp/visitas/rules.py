"""The order of a day's visits: nearest neighbour, improved by 2-opt. Pure: points in, order out, always the same."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

RAIO_DA_TERRA = 6_371_008.8  # metres, the mean of WGS 84
TROCAS_MAXIMO = 200_000  # comparisons of 2-opt: some 2 s; a day of thirty visits takes thousands

Distancias = Sequence[Sequence[int]]


class Ponto(NamedTuple):
    """Decimal degrees."""

    latitude: Decimal
    longitude: Decimal


class Percurso(NamedTuple):
    """The order of the points, the metres from the one before to each, and the metres from the last one to the end."""

    ordem: list[int]
    trechos: list[int]
    volta: int

    @property
    def metros(self) -> int:
        return sum(self.trechos) + self.volta


def percorrer(base: Ponto | None, pontos: Sequence[Ponto]) -> Percurso:
    """The shortest way found from `base` through every point and back to it.

    Without a base the way begins and ends where it is shortest. Distances are whole metres in a straight line, so that
    two computations of the same points never differ; ties go to the point that came first.
    """
    distancias = matriz(base, pontos)
    rota = melhorar(vizinho_mais_proximo(distancias), distancias)
    passos = [distancias[a][b] for a, b in zip([0, *rota], [*rota, 0], strict=True)]
    return Percurso([no - 1 for no in rota], passos[:-1], passos[-1])


def vizinho_mais_proximo(distancias: Distancias) -> list[int]:
    """From node 0, always to the nearest one not visited yet; without node 0."""
    faltam = list(range(1, len(distancias)))
    rota: list[int] = []
    atual = 0
    while faltam:
        atual = min(faltam, key=lambda no: (distancias[atual][no], no))
        faltam.remove(atual)
        rota.append(atual)
    return rota


def melhorar(rota: list[int], distancias: Distancias) -> list[int]:
    """2-opt: turn a stretch around whenever that makes the way shorter, until none does (or `TROCAS_MAXIMO`).

    The way begins and ends at node 0. Each turn takes whole metres away, so it ends.
    """
    caminho = [0, *rota, 0]
    comparacoes, mudou = 0, True
    while mudou and comparacoes < TROCAS_MAXIMO:
        mudou = False
        for i in range(1, len(caminho) - 2):
            for j in range(i + 1, len(caminho) - 1):
                comparacoes += 1
                antes, primeiro, ultimo, depois = caminho[i - 1], caminho[i], caminho[j], caminho[j + 1]
                agora = distancias[antes][primeiro] + distancias[ultimo][depois]
                if distancias[antes][ultimo] + distancias[primeiro][depois] < agora:
                    caminho[i : j + 1] = reversed(caminho[i : j + 1])
                    mudou = True
    return caminho[1:-1]


def matriz(base: Ponto | None, pontos: Sequence[Ponto]) -> list[list[int]]:
    """Metres between each two, the base as node 0; no base is as far from everywhere: at no distance."""
    nos = [base, *pontos]
    return [[0 if a is None or b is None else metros_entre(a, b) for b in nos] for a in nos]


def metros_entre(a: Ponto, b: Ponto) -> int:
    """The great circle, by the haversine."""
    lat_a, lat_b = radians(a.latitude), radians(b.latitude)
    meia_lat = (lat_b - lat_a) / 2
    meia_lon = (radians(b.longitude) - radians(a.longitude)) / 2
    corda = sin(meia_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(meia_lon) ** 2
    return round(2 * RAIO_DA_TERRA * asin(sqrt(min(1.0, corda))))
