"""Events that the chain does not have: put in behind the sealer's back, taken out before it came, or waiting too long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from auditoria.verificacao.problemas import MAXIMO, Problema

# Each is one statement, so that an event sealed meanwhile is seen before or after, and never in between.
# What has its seal and waits all the same (a restore does that) was sealed: the chain answers for it.
_SEM_SELO: Final = """SELECT e.id FROM auditoria_evento e
    LEFT JOIN auditoria_selo s ON s.evento = e.id LEFT JOIN auditoria_a_selar a ON a.evento = e.id
    WHERE s.evento IS NULL AND a.evento IS NULL ORDER BY e.id LIMIT %s"""
_SEM_EVENTO: Final = """SELECT a.evento FROM auditoria_a_selar a LEFT JOIN auditoria_evento e ON e.id = a.evento
    LEFT JOIN auditoria_selo s ON s.evento = a.evento WHERE e.id IS NULL AND s.evento IS NULL ORDER BY a.evento LIMIT %s"""
_ATRASADOS: Final = """SELECT a.evento FROM auditoria_a_selar a JOIN auditoria_evento e ON e.id = a.evento
    LEFT JOIN auditoria_selo s ON s.evento = a.evento WHERE e.em < %s AND s.evento IS NULL ORDER BY a.evento LIMIT %s"""


def soltos(agora: datetime) -> list[Problema]:
    """What is wrong about events outside the chain."""
    minutos = settings.AUDITORIA_SELO_MINUTOS
    procuras: tuple[tuple[str, str, list[datetime], str], ...] = (
        ("evento_sem_selo", _SEM_SELO, [], "está no banco sem selo e sem esperar por um: foi inserido, ou perdeu o selo"),
        ("evento_removido", _SEM_EVENTO, [], "foi removido antes de ser selado"),
        (
            "selo_atrasado", _ATRASADOS, [agora - timedelta(minutes=minutos)],
            f"espera o selo há mais de {minutos} minutos. Rode manage.py auditoria_selar",
        ),
    )  # fmt: skip
    problemas = []
    with connection.cursor() as cursor:
        for codigo, sql, parametros, porque in procuras:
            cursor.execute(sql, [*parametros, MAXIMO])
            problemas += [Problema(codigo, f"evento {e}: {porque}", None, str(e)) for (e,) in cursor.fetchall()]
    return problemas
