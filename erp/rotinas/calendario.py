"""When a schedule comes due: pure functions, one answer for the page, for the form and for the tick.

An interval is counted from one fixed instant (`ORIGEM`), not from the last run: whoever computes it, whenever,
gets the same moments, and two who compute it at once make one execution.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from erp.rotinas.agenda import Cada, NoHorario
from erp.rotinas.crontab import FUSO, Cron, do_horario

ORIGEM = datetime(2024, 1, 1, 3, tzinfo=UTC)  # a Monday, midnight in America/Sao_Paulo
HORIZONTE = timedelta(days=366 * 9)  # from one 29 February to the next are eight years, around 2100

Quando = Cada | NoHorario | Cron


def ocorrencias(agenda: Quando, depois_de: datetime) -> Iterator[datetime]:
    """The moments of a schedule after (and not at) an aware moment, in order, in its own zone.

    A crontab that matches no day in the next nine years (31 February) yields none. A time that the clock skips
    (start of daylight saving) comes at the first instant after the gap; one that it repeats comes once.
    """
    if isinstance(agenda, Cada):
        return _intervalos(agenda, depois_de)
    return _horarios(do_horario(agenda) if isinstance(agenda, NoHorario) else agenda, depois_de)


def proximas(agenda: Quando, depois_de: datetime, quantas: int = 5) -> list[datetime]:
    """The next `quantas` moments; fewer when there are no more in sight."""
    return list(islice(ocorrencias(agenda, depois_de), quantas))


def entre(agenda: Quando, depois_de: datetime, ate: datetime) -> Iterator[datetime]:
    """The moments after `depois_de` and not after `ate`."""
    fim = ate.astimezone(UTC)
    return takewhile(lambda momento: momento <= fim, ocorrencias(agenda, depois_de))


def quantas_entre(agenda: Cada, depois_de: datetime, ate: datetime) -> int:
    """How many moments of an interval lie after `depois_de` and not after `ate`, without walking through them."""
    passo = _passo(agenda)
    return max(0, (ate - ORIGEM) // passo - (depois_de - ORIGEM) // passo)


def _passo(agenda: Cada) -> timedelta:
    return timedelta(seconds=agenda.segundos)


def _intervalos(agenda: Cada, depois_de: datetime) -> Iterator[datetime]:
    passo, fuso = _passo(agenda), ZoneInfo(FUSO)
    n = (depois_de - ORIGEM) // passo
    while True:
        n += 1
        yield (ORIGEM + n * passo).astimezone(fuso)


def _horarios(cron: Cron, depois_de: datetime) -> Iterator[datetime]:
    fuso = ZoneInfo(cron.fuso)
    inicio = depois_de.astimezone(fuso).date()
    anterior = depois_de.astimezone(UTC)  # two moments of one zone are compared by the clock on the wall: not these
    for dia in _dias(cron, inicio):
        for hora in sorted(cron.valores["hora"]):
            for minuto in sorted(cron.valores["minuto"]):
                momento = _no_relogio(dia, hora, minuto, fuso)
                if momento > anterior:
                    anterior = momento
                    yield momento.astimezone(fuso)


def _dias(cron: Cron, inicio: date) -> Iterator[date]:
    dia = inicio
    while dia - inicio <= HORIZONTE:
        if (
            dia.month in cron.valores["mes"]
            and dia.day in cron.valores["dia_do_mes"]
            and dia.isoweekday() % 7 in cron.valores["dia_da_semana"]
        ):
            yield dia
            inicio = dia
        dia += timedelta(days=1)


def _no_relogio(dia: date, hora: int, minuto: int, fuso: ZoneInfo) -> datetime:
    """The instant at which the clock on the wall shows it first, or the first one after the gap that it falls in."""
    return datetime(dia.year, dia.month, dia.day, hora, minuto, tzinfo=fuso).astimezone(UTC)
