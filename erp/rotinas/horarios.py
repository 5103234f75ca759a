"""The times that a schedule means, as plain values: the same whoever asks, and whenever.

An interval runs at its multiples counted from midnight of 1 January 2001 in America/Sao_Paulo: every 2 hours is at
00:00, 02:00 and so on, whenever it was saved or the process started; so a time has one name, and one row.
A crontab runs at wall times: one that the summer time skips runs when the clocks have jumped, one that it repeats runs
the first time.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from celery.schedules import crontab
from django_celery_beat.models import CrontabSchedule, PeriodicTask

ORIGEM: Final = datetime(2001, 1, 1, tzinfo=ZoneInfo("America/Sao_Paulo")).astimezone(UTC)
OLHAR_ATRAS: Final = timedelta(days=400)  # nobody wants the runs of a machine found after years
ADIANTE: Final = timedelta(days=366 * 8)  # the longest a real crontab waits: 29 February over 2100


class Devidos(NamedTuple):
    """The times of a stretch: how many, and the newest of them, oldest first."""

    quantos: int
    ultimos: list[datetime]


@dataclass(frozen=True)
class Intervalo:
    """Every so long."""

    passo: timedelta

    def depois_de(self, momento: datetime) -> Iterator[datetime]:
        quantos = (momento - ORIGEM) // self.passo
        while True:
            quantos += 1
            yield ORIGEM + quantos * self.passo

    def devidos(self, depois_de: datetime, ate: datetime, maximo: int) -> "Devidos":
        primeiro, ultimo = (depois_de - ORIGEM) // self.passo + 1, (ate - ORIGEM) // self.passo
        contados = range(max(primeiro, ultimo - maximo + 1), ultimo + 1)
        return Devidos(max(0, ultimo - primeiro + 1), [ORIGEM + n * self.passo for n in contados])


@dataclass(frozen=True)
class Crontab:
    """At the wall times of the five fields of cron, in a zone."""

    minuto: str
    hora: str
    dia_da_semana: str
    dia_do_mes: str
    mes: str
    fuso: str

    def depois_de(self, momento: datetime) -> Iterator[datetime]:
        cron: Any = crontab(
            minute=self.minuto,
            hour=self.hora,
            day_of_week=self.dia_da_semana,
            day_of_month=self.dia_do_mes,
            month_of_year=self.mes,
        )
        fuso = ZoneInfo(self.fuso)
        dia = momento.astimezone(fuso).date() - timedelta(days=1)  # a skipped hour lands after its own name
        fim = dia + ADIANTE
        ultimo = momento
        while dia <= fim:
            if _cabe(cron, dia):
                for instante in _do_dia(cron, dia, fuso):
                    if instante > ultimo:
                        ultimo = instante
                        yield instante
            dia += timedelta(days=1)

    def devidos(self, depois_de: datetime, ate: datetime, maximo: int) -> Devidos:
        return _contar(self.depois_de(max(depois_de, ate - OLHAR_ATRAS)), ate, maximo)


@dataclass(frozen=True)
class UmaVez:
    """At one moment."""

    momento: datetime

    def depois_de(self, momento: datetime) -> Iterator[datetime]:
        if self.momento > momento:
            yield self.momento

    def devidos(self, depois_de: datetime, ate: datetime, maximo: int) -> Devidos:
        return _contar(self.depois_de(max(depois_de, ate - OLHAR_ATRAS)), ate, maximo)


Horario = Intervalo | Crontab | UmaVez


def horario_de(tarefa: PeriodicTask | None) -> Horario | None:
    """The schedule of a row of django-celery-beat, on or off; None when it has none that this registry runs."""
    if tarefa is None:
        return None
    if tarefa.interval is not None:
        return Intervalo(timedelta(**{tarefa.interval.period: tarefa.interval.every}))
    if tarefa.crontab is not None:
        return do_crontab(tarefa.crontab)
    if tarefa.clocked is not None:
        return UmaVez(tarefa.clocked.clocked_time)
    return None


def do_crontab(linha: CrontabSchedule) -> Crontab:
    """Its fields as plain text."""
    return Crontab(
        linha.minute, linha.hour, linha.day_of_week, linha.day_of_month, linha.month_of_year, str(linha.timezone)
    )


def proximos(horario: Horario | None, depois_de: datetime, quantos: int = 5) -> list[datetime]:
    """The next times of a schedule, in UTC; fewer when it has no more."""
    if horario is None:
        return []
    return [momento for momento, _ in zip(horario.depois_de(depois_de), range(quantos), strict=False)]


def _contar(momentos: Iterator[datetime], ate: datetime, maximo: int) -> Devidos:
    quantos, ultimos = 0, deque[datetime](maxlen=maximo)
    for momento in momentos:
        if momento > ate:
            break
        quantos += 1
        ultimos.append(momento)
    return Devidos(quantos, list(ultimos))


def _cabe(cron: Any, dia: date) -> bool:
    dia_da_semana = dia.isoweekday() % 7  # cron: Sunday is 0
    return dia.month in cron.month_of_year and dia.day in cron.day_of_month and dia_da_semana in cron.day_of_week


def _do_dia(cron: Any, dia: date, fuso: ZoneInfo) -> list[datetime]:
    """Through UTC and back: an hour that does not exist becomes one that does."""
    return sorted(
        {
            datetime(dia.year, dia.month, dia.day, hora, minuto, tzinfo=fuso).astimezone(UTC)
            for hora in cron.hour
            for minuto in cron.minute
        }
    )
