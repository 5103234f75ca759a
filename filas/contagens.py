"""How many messages there are of each kind, for pages that ask every few seconds: never a count without an end.

- by situação: the index `fila_situacao`, at most `TETO` entries of it; beyond that, the planner's own estimate;
- by cause: the partial index `fila_erro`, leaping from cause to cause, at most `TETO` entries of each.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from filas.models import Mensagem

TETO = 10_000
CAUSAS_MAXIMO = 100
Situacao = Mensagem.Situacao


class Contagem(NamedTuple):
    """`n` is exact, unless `estimada`: then there are more than `TETO`, and about `n`."""

    n: int
    estimada: bool = False


class GrupoDeErro(NamedTuple):
    """The messages in error of one cause; `ha_mais` says that they pass `TETO`."""

    contexto: str
    causa: str
    n: int
    ha_mais: bool
    desde: datetime | None  # when the oldest of them was made


def por_situacao() -> dict[Situacao, Contagem]:
    """How many there are in each situação, in the order of its codes."""
    return {situacao: _contar(situacao) for situacao in Situacao}


def _contar(situacao: Situacao) -> Contagem:
    consulta = "SELECT id FROM wosk_queue WHERE situacao = %s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({consulta} LIMIT %s) t", [situacao.value, TETO + 1])
        n = int(cursor.fetchone()[0])
        if n <= TETO:
            return Contagem(n)
        cursor.execute(f"EXPLAIN (FORMAT JSON) {consulta}", [situacao.value])
        plano = cursor.fetchone()[0]
    lido = json.loads(plano) if isinstance(plano, str) else plano
    return Contagem(max(TETO, int(lido[0]["Plan"]["Plan Rows"])), estimada=True)


# A leap for each cause, whatever there is between them: never a walk over the messages.
_CAUSAS = """WITH RECURSIVE causas AS (
    (SELECT contexto, causa, id FROM wosk_queue WHERE situacao = 4 ORDER BY contexto, causa, id LIMIT 1)
    UNION ALL
    SELECT p.contexto, p.causa, p.id FROM causas a CROSS JOIN LATERAL (
        SELECT contexto, causa, id FROM wosk_queue
        WHERE situacao = 4 AND (contexto, causa) > (a.contexto, a.causa) ORDER BY contexto, causa, id LIMIT 1) p
)"""


def causas_em_erro() -> list[tuple[str, str]]:
    """The (contexto, causa) in error, without counting."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_CAUSAS} SELECT contexto, causa FROM causas LIMIT %s", [CAUSAS_MAXIMO])
        return [(contexto, causa) for contexto, causa in cursor.fetchall()]


def erros_por_causa(contexto: str | None = None) -> list[GrupoDeErro]:
    """The causes in error, those with most messages first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_CAUSAS}
               SELECT c.contexto, c.causa, q.n, m.criada_em
               FROM (SELECT * FROM causas LIMIT %s) c
               JOIN wosk_queue m USING (id)
               CROSS JOIN LATERAL (SELECT count(*) FROM (
                   SELECT 1 FROM wosk_queue e
                   WHERE e.situacao = 4 AND e.contexto = c.contexto AND e.causa = c.causa LIMIT %s) t) q(n)
               WHERE %s::text IS NULL OR c.contexto = %s
               ORDER BY q.n DESC, c.contexto, c.causa""",
            [CAUSAS_MAXIMO, TETO + 1, contexto, contexto],
        )
        return [GrupoDeErro(c, causa, min(n, TETO), n > TETO, desde) for c, causa, n, desde in cursor.fetchall()]
