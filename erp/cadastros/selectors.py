"""What the ledgers ask of the registers."""

from collections.abc import Callable
from datetime import date

from django.db import connection

from erp.cadastros.models import PeriodoContabil
from erp.cadastros.rules import Periodo, primeiro_dia_aberto

_TRAVA = "hashtextextended('cadastros.periodos', 0)"


def periodos_fechados() -> list[Periodo]:
    """The closed periods, in order. In a transaction they stay as they are until it ends.

    The shared lock is what closing a period waits for: no entry can slip into a period while it is being closed.
    """
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_TRAVA})")
    consulta = PeriodoContabil.objects.filter(fechado=True).order_by("inicio")
    return [Periodo(*linha) for linha in consulta.values_list("inicio", "fim")]


def data_contabil_aberta(dia: date) -> date:
    """The accounting date of what happened on `dia`: that day, or the first open one after it."""
    return primeiro_dia_aberto(dia, periodos_fechados())


def calendario() -> Callable[[date], date]:
    """`data_contabil_aberta` with the periods read once: for whoever posts many entries in one transaction."""
    fechados = periodos_fechados()
    return lambda dia: primeiro_dia_aberto(dia, fechados)


def travar_periodos() -> None:
    """Wait for every posting under way and hold back new ones until this transaction ends: for closing a period."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_TRAVA})")
