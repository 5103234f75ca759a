"""Reads of the audit trail."""

from django.db import connection

# A loose index scan: one probe of the index for each distinct action, whatever the size of the table.
_ACOES = """
    WITH RECURSIVE acoes AS (
        (SELECT acao FROM auditoria_evento ORDER BY acao LIMIT 1)
        UNION ALL
        SELECT (SELECT e.acao FROM auditoria_evento e WHERE e.acao > acoes.acao ORDER BY e.acao LIMIT 1)
        FROM acoes WHERE acoes.acao IS NOT NULL
    )
    SELECT acao FROM acoes WHERE acao IS NOT NULL
"""


def acoes_conhecidas() -> list[str]:
    """Every action that some event tells, sorted."""
    with connection.cursor() as cursor:
        cursor.execute(_ACOES)
        return [acao for (acao,) in cursor.fetchall()]
