"""The hours in which nobody is written to. Pure: the moment is passed in, hours are of the shop's own clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone


class Silencio(NamedTuple):
    """From `de` (included) until `ate` (not included), over midnight when `de` is later. Equal: no silence at all."""

    de: time
    ate: time

    def fim(self, agora: datetime) -> datetime | None:
        """When the silence that `agora` falls in ends; None when it falls in none."""
        local = timezone.localtime(agora)
        hora = local.time()
        if self.de <= self.ate:
            return self._no_dia(local, 0) if self.de <= hora < self.ate else None
        if hora >= self.de:
            return self._no_dia(local, 1)
        return self._no_dia(local, 0) if hora < self.ate else None

    def _no_dia(self, local: datetime, depois: int) -> datetime:
        return timezone.make_aware(datetime.combine(local.date() + timedelta(days=depois), self.ate))

    def __str__(self) -> str:
        return "a qualquer hora" if self.de == self.ate else f"silêncio das {self.de:%H:%M} às {self.ate:%H:%M}"


def do_modelo(de: time | None, ate: time | None, geral: tuple[time, time]) -> Silencio:
    """The template's own, or the company's."""
    return Silencio(*geral) if de is None or ate is None else Silencio(de, ate)
