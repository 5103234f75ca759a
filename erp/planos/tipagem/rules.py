"""Birthdays, as pure functions on dates."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

ANTECEDENCIA = timedelta(days=7)


def aniversarios(referencia: date) -> dict[int, date]:
    """Month and day, as one number (1225), of each birthday from `referencia` to 7 days later -> the day it is kept.

    Who was born on 29 February keeps it on the 28th in a year without a 29th, so that nobody is left out.
    """
    dias = [referencia + timedelta(days=n) for n in range(ANTECEDENCIA.days + 1)]
    por_dia = {_numero(dia): dia for dia in dias}
    for dia in dias:
        if _numero(dia) == 228 and not calendar.isleap(dia.year):
            por_dia[229] = dia
    return por_dia


def _numero(dia: date) -> int:
    return 100 * dia.month + dia.day
