"""Which day a mark belongs to: a shift over midnight is of the day it began.

Between two days there is a *hard* limit, after which a mark is always of the next day, and a *soft* one, before which
it is always of the former. In between (someone who stays late, someone who comes early) it closes the former day
while that one has an odd number of marks, and is of the next from then on.

Each limit depends only on the schedules of its two days and the parity only on the marks before the soft limit: so
every mark has exactly one day, whatever stretch of days is computed.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from erp.colaboradores.apuracao.valores import DIA, Marca, Trecho

# People stay late more than they come early: four hours before a shift a mark is of that shift.
_CHEGADA = 4 * 60
# On days off, who is still there at five in the morning began the day before.
_VIRADA = 29 * 60
_MINIMO, _MAXIMO = 20 * 60, 44 * 60  # so that no day's limit passes the next one's

# How many days before and after a day its marks depend on.
DIAS_ANTES, DIAS_DEPOIS = 2, 1


class Solta(NamedTuple):
    """A mark not yet of a day: `minuto` from the midnight of the first day of the stretch; `dia`, when a person says."""

    minuto: int
    marcacao: int | None = None
    tratamento: int | None = None
    dia: int | None = None


class Limites(NamedTuple):
    """In minutes of the former of the two days."""

    brando: int
    duro: int


def limites(dia: Sequence[Trecho], seguinte: Sequence[Trecho]) -> Limites:
    """The limits between a day and the next, by the hours of each; none for a day off."""
    fim = dia[-1].fim if dia else None
    inicio = seguinte[0].inicio + DIA if seguinte else None
    if fim is not None and inicio is not None:
        duro = max((fim + inicio) // 2, inicio - _CHEGADA)
    elif inicio is not None:
        duro = min(inicio - _CHEGADA, _VIRADA)
    elif fim is not None:
        duro = max(fim + _CHEGADA, _VIRADA)
    else:
        duro = _VIRADA
    duro = min(max(duro, _MINIMO), _MAXIMO)
    return Limites(min(max(DIA, fim or 0), duro), duro)


def repartir(jornadas: Sequence[Sequence[Trecho]], soltas: Sequence[Solta]) -> list[tuple[Marca, ...]]:
    """The marks of each of these days, in order, in minutes of their own day.

    The first `DIAS_ANTES` days and the last `DIAS_DEPOIS` are there for their neighbours: theirs may be incomplete.
    """
    pares = [limites(dia, jornadas[i + 1] if i + 1 < len(jornadas) else ()) for i, dia in enumerate(jornadas)]
    duros = [i * DIA + par.duro for i, par in enumerate(pares)]
    dias: list[list[Marca]] = [[] for _ in jornadas]
    duvidosas: list[list[Solta]] = [[] for _ in jornadas]
    for solta in sorted(soltas):
        i = bisect_right(duros, solta.minuto) if solta.dia is None else solta.dia
        if not 0 <= i < len(jornadas):
            continue
        if solta.dia is None and solta.minuto >= i * DIA + pares[i].brando:
            duvidosas[i].append(solta)
        else:
            dias[i].append(_do_dia(solta, i))
    impares = [len(dia) % 2 == 1 for dia in dias]  # before any doubtful one is added
    for i, zona in enumerate(duvidosas):
        for posicao, solta in enumerate(zona):
            dono = i if impares[i] and posicao == 0 else i + 1
            if dono < len(dias):
                dias[dono].append(_do_dia(solta, dono))
    return [tuple(sorted(dia, key=lambda marca: marca.minuto)) for dia in dias]


def _do_dia(solta: Solta, dia: int) -> Marca:
    return Marca(solta.minuto - dia * DIA, solta.marcacao, solta.tratamento)
