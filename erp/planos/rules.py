"""Days of plans, by pure arithmetic on plain values."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple


class DependenteNovo(NamedTuple):
    """Somebody to be covered. `codigo_cliente` when they are in the register of customers."""

    nome: str
    nascimento: date
    parentesco: str
    cpf: str = ""
    codigo_cliente: str | None = None


def no_dia(ano: int, mes: int, dia: int) -> date:
    """That day of the month, or its last one when it has fewer."""
    return date(ano, mes, min(dia, monthrange(ano, mes)[1]))


def somar_meses(base: date, meses: int, dia: int | None = None) -> date:
    """`meses` later, on `dia` (by default that of `base`), or on the last day of a shorter month."""
    ano, mes = divmod(base.year * 12 + base.month - 1 + meses, 12)
    return no_dia(ano, mes + 1, dia or base.day)


def seguinte(vencimento: date, dia: int) -> date:
    """The next due date: the contract's day, even when this one fell short of it (28/02 -> 31/03)."""
    return somar_meses(vencimento, 1, dia)


def vencimentos(primeiro: date, dia: int, ate: date) -> list[date]:
    """Due dates from `primeiro`, month by month, before `ate`."""
    lista = []
    while primeiro < ate:
        lista.append(primeiro)
        primeiro = seguinte(primeiro, dia)
    return lista


def primeiro_vencimento(inicio: date, dia: int) -> date:
    """The first due date of a contract: its day, from the beginning on."""
    neste = no_dia(inicio.year, inicio.month, dia)
    return neste if neste >= inicio else seguinte(neste, dia)


def retomar(proximo: date, dia_vencimento: int, hoje: date) -> date:
    """Where the issue goes on after a suspension: nothing is charged for the months that were not covered."""
    return max(proximo, primeiro_vencimento(hoje + timedelta(days=1), dia_vencimento))


def avisos_contados(entregas: Iterable[date], desde: date, intervalo: int) -> list[date]:
    """Of the notices delivered, those that count: after `desde`, when the debt began, each `intervalo` days after the last."""
    contados: list[date] = []
    for dia in sorted(entregas):
        if dia > desde and (not contados or dia >= contados[-1] + timedelta(days=intervalo)):
            contados.append(dia)
    return contados


class Prazo(NamedTuple):
    """Where a contract stands on its way to be cancelled. `proximo` is the notice to give now, 0 when none is due."""

    contados: int
    exigidos: int
    pode: bool
    proximo: int
    a_partir_de: date | None  # the day on which the next step may be taken; None: when a notice is delivered


def prazo_de_cancelamento(contados: Sequence[date], exigidos: int, intervalo: int, dia: date) -> Prazo:
    """After the last notice the titular has as many days as between two: never cancelled on the day of a notice."""
    livre = contados[-1] + timedelta(days=intervalo) if contados else None
    passou = livre is None or dia >= livre
    if len(contados) >= exigidos:
        return Prazo(len(contados), exigidos, passou, 0, livre)
    return Prazo(len(contados), exigidos, False, len(contados) + 1 if passou else 0, livre)
