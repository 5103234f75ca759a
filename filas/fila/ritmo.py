"""How many may go now: the arithmetic of the limits and of the pauses. Pure; times are the database's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

FOLGA = timedelta(milliseconds=250)  # vacancies not used stay so long: who looks every few milliseconds misses none
PRIMEIRA_PAUSA = timedelta(seconds=30)
MAIOR_PAUSA = timedelta(minutes=10)


class Vagas(NamedTuple):
    """`quantas` may go now; the first at `primeira`, the others one `intervalo` after another."""

    quantas: int
    primeira: datetime
    intervalo: timedelta

    def depois_de(self, pegas: int) -> datetime:
        """When the next vacancy is, once `pegas` of these are taken."""
        return self.primeira + pegas * self.intervalo


def vagas(agora: datetime, proxima: datetime | None, por_segundo: float) -> Vagas:
    """In any stretch of T seconds at most `por_segundo` * (T + 0.25) + 1 messages go."""
    intervalo = timedelta(seconds=1 / por_segundo)
    primeira = max(proxima or agora, agora - FOLGA)
    if primeira > agora:
        return Vagas(0, primeira, intervalo)
    return Vagas((agora - primeira) // intervalo + 1, primeira, intervalo)


def pausa(falhas: int, ate_pausar: int) -> timedelta:
    """How long after `falhas` in a row: 30 s at the first that pauses, then double for each trial that fails."""
    return min(PRIMEIRA_PAUSA * (1 << min(max(falhas - ate_pausar, 0), 20)), MAIOR_PAUSA)
