"""On which days a reminder falls. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import TextChoices


class Repete(TextChoices):
    NUNCA = "nunca", "Uma vez só"
    DIARIA = "diaria", "Todo dia"
    UTEIS = "uteis", "De segunda a sexta"
    SEMANAL = "semanal", "Toda semana, no mesmo dia"
    MENSAL = "mensal", "Todo mês, no mesmo dia"
    ANUAL = "anual", "Todo ano, no mesmo dia"


def ultima(primeira: date, repete: Repete, ate: date | None, dia: date) -> date | None:
    """The last time on or before `dia`. A day that a month lacks is its last one: 31/01, 28/02, 31/03."""
    limite = dia if ate is None else min(dia, ate)
    if limite < primeira:
        return None
    if repete is Repete.NUNCA:
        return primeira
    if repete is Repete.DIARIA:
        return limite
    if repete is Repete.UTEIS:
        util = limite - timedelta(days=max(0, limite.weekday() - 4))
        return util if util >= primeira else None
    if repete is Repete.SEMANAL:
        return limite - timedelta(days=(limite - primeira).days % 7)
    passo = 1 if repete is Repete.MENSAL else 12
    meses = (limite.year - primeira.year) * 12 + limite.month - primeira.month
    vezes = meses - meses % passo
    neste: date = primeira + relativedelta(months=vezes)
    return neste if neste <= limite else primeira + relativedelta(months=vezes - passo)


def proxima(primeira: date, repete: Repete, ate: date | None, desde: date) -> date | None:
    """The first time on or after `desde`, if there is one."""
    for dia in (max(desde, primeira) + timedelta(days=n) for n in range(367)):
        if ate is not None and dia > ate:
            return None
        if ultima(primeira, repete, ate, dia) == dia:
            return dia
    return None


def passo_devido(dias: int, passos: list[int], atraso: int) -> int | None:
    """Of the steps of the régua, the one that a title `dias` past its due date (negative: before it) is to be told of.

    The newest one reached, as long as it was reached at most `atraso` days ago: what a run missed is told late, what
    is stale is not told at all, and a title that is both 3 and 10 days late hears of the second only. A step up to
    the due date is told late only while the title is not yet past due.
    """
    alcancados = [passo for passo in sorted(passos) if passo <= dias]
    if not alcancados:
        return None
    passo = alcancados[-1]
    if dias - passo > atraso or passo <= 0 < dias:
        return None
    return passo


def dias_a_procurar(passos: list[int], atraso: int) -> list[int]:
    """The distances from the due date for which `passo_devido` answers something."""
    candidatos = {passo + n for passo in passos for n in range(atraso + 1)}
    return sorted(dias for dias in candidatos if passo_devido(dias, passos, atraso) is not None)
