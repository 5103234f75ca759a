"""At what instant a batch is sealed: the clock of the database, which all machines share, and never back.

What stands in the chain may be ahead of that clock: the clock was set back, or somebody wrote a date that had not come.
Neither may decide in which digest the next events are, so the chain follows no date far.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

# One clock, kept by NTP: it is off by less than a second; five minutes are for a machine that was moved or restored.
TOLERANCIA: Final = timedelta(minutes=5)
# A clock that went back by more (a wrong time zone in the hardware, say) is waited for, and the chain stays in order.
# Nobody waits for more than a day: the chain goes on by the clock, and the verification names the seal.
RECUO: Final = timedelta(days=1)

# In SQL, since a date may be one that Python cannot hold. Each mark that is too far ahead counts for nothing.
_DO_LOTE: Final = """WITH hora AS MATERIALIZED (SELECT clock_timestamp() AS agora)
    SELECT agora, greatest(
        agora,
        (SELECT u.selado_em FROM (SELECT selado_em FROM auditoria_selo ORDER BY sequencia DESC LIMIT 1) u
            WHERE u.selado_em <= agora + make_interval(secs => %(recuo)s)),
        (SELECT max(fim) FROM auditoria_resumo WHERE fim <= agora + make_interval(secs => %(recuo)s))
    ) FROM hora"""
_ADIANTADO: Final = """SELECT sequencia FROM auditoria_selo WHERE selado_em > statement_timestamp() + make_interval(secs => %s)
    ORDER BY selado_em, sequencia LIMIT 1"""


class RelogioVoltou(RuntimeError):
    """O relógio do banco está atrás do último selo, ou do fim do último resumo."""

    def __init__(self, agora: datetime, marca: datetime) -> None:
        super().__init__(
            f"{self.__doc__} Agora são {_hora(agora)}, e a trilha já está em {_hora(marca)}: os eventos esperam o selo até "
            f"{_hora(marca - TOLERANCIA)}. Acerte o relógio do banco; se ele está certo, alguém mudou um selo ou um resumo: "
            "rode manage.py auditoria_verificar."
        )


def instante_do_lote(cursor: CursorWrapper) -> datetime:
    """The instant of the next seals. Under the lock of the chain.

    The clock; within `TOLERANCIA` of what is in the chain, that: it stands still, and enters no day that has its digest.
    Raises `RelogioVoltou` while the chain is further ahead, up to `RECUO`.
    """
    cursor.execute(_DO_LOTE, {"recuo": RECUO.total_seconds()})
    agora, marca = cursor.fetchone()
    if marca > agora + TOLERANCIA:
        raise RelogioVoltou(agora, marca)
    instante: datetime = marca
    return instante


def adiantado() -> int | None:
    """The sequence of a seal whose date has not come yet, if there is any."""
    with connection.cursor() as cursor:
        cursor.execute(_ADIANTADO, [TOLERANCIA.total_seconds()])
        achado = cursor.fetchone()
    return achado[0] if achado else None


def _hora(quando: datetime) -> str:
    return f"{timezone.localtime(quando):%d/%m/%Y %H:%M}"
