"""What the tick asks of a schedule: how many of its times passed, and the newest.

The times are those of `calendario`, which the pages show: what is promised before saving is what runs.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django_celery_beat.models import PeriodicTask

from erp.rotinas.agenda import Cada
from erp.rotinas.calendario import entre, quantas_entre
from erp.rotinas.crontab import Cron
from erp.rotinas.tarefas import agenda_da

OLHAR_ATRAS: Final = timedelta(days=400)  # nobody wants the runs of a machine found after years


class Devidos(NamedTuple):
    """The times of a stretch: how many, and the newest of them, oldest first."""

    quantos: int
    ultimos: list[datetime]


@dataclass(frozen=True)
class Horario:
    """A schedule as the tick reads it; its `repr` tells it from another."""

    agenda: Cada | Cron

    def devidos(self, depois_de: datetime, ate: datetime, maximo: int) -> Devidos:
        """The times after one moment and not after another."""
        if isinstance(self.agenda, Cada):
            passo = timedelta(seconds=self.agenda.segundos)
            quantos = quantas_entre(self.agenda, depois_de, ate)
            inicio = max(depois_de, ate - passo * maximo)
            return Devidos(quantos, list(entre(self.agenda, inicio, ate)))
        quantos, ultimos = 0, deque[datetime](maxlen=maximo)
        for momento in entre(self.agenda, max(depois_de, ate - OLHAR_ATRAS), ate):
            quantos += 1
            ultimos.append(momento)
        return Devidos(quantos, list(ultimos))


def horario_de(tarefa: PeriodicTask | None) -> Horario | None:
    """The schedule of a row of django-celery-beat, on or off; None when it has none that this registry can read."""
    agenda = agenda_da(tarefa)
    return None if agenda is None else Horario(agenda)
