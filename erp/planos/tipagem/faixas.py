"""The customers by the order of their code, a stretch at a time; of each, the tags that should be against those that are.

One statement per stretch, in the database: no customer passes through this process, whose memory stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from clientes.models import TipoEtiqueta
from erp.planos.tipagem.definicoes import DEFINICOES, GENTE, MORTOS, OBITO, parametros

DADAS, MUDADAS, TIRADAS = "dadas", "mudadas", "tiradas"
_LIMITE = """
    SELECT "CODIGO_CLIENTE" FROM "CLIENTES_VAREJO" WHERE "CODIGO_CLIENTE" > %s ORDER BY 1 LIMIT 1 OFFSET %s
"""
# Two runs at once (one of them given up for dead) take turns: each sees what the other wrote, and adds nothing to it.
_VEZ = "SELECT pg_advisory_xact_lock(hashtext('planos.tipagem'))"
# A full join is never a nested loop, however wrong what the planner believes of a stretch may be.
_COMPARACAO = """
    atual AS (SELECT id, codigo_cliente, tipo, desde, motivo FROM clientes_etiqueta WHERE §(codigo_cliente)),
    diferenca AS MATERIALIZED (
        SELECT a.id, codigo_cliente, tipo, a.desde AS era_desde, a.motivo AS era, d.desde, d.motivo,
            CASE WHEN a.id IS NULL THEN %(dadas)s WHEN d.motivo IS NULL THEN %(tiradas)s ELSE %(mudadas)s END AS fato
        FROM devida d FULL JOIN atual a USING (codigo_cliente, tipo)
        WHERE (a.desde, a.motivo) IS DISTINCT FROM (d.desde, d.motivo))
"""
_ESCRITAS = """,
    historico AS (
        INSERT INTO clientes_etiqueta_historico (codigo_cliente, tipo, desde, motivo, ate, motivo_fim)
        SELECT codigo_cliente, tipo, era_desde, era, %(referencia)s,
            CASE WHEN fato = %(tiradas)s THEN f.texto ELSE left('Agora: ' || motivo, 200) END
        FROM diferenca JOIN unnest(%(tipos)s::smallint[], %(fins)s::text[]) AS f(tipo, texto) USING (tipo)
        WHERE fato <> %(dadas)s),
    mudar AS (
        UPDATE clientes_etiqueta e SET desde = x.desde, motivo = x.motivo FROM diferenca x
        WHERE x.fato = %(mudadas)s AND e.id = x.id),
    tirar AS (DELETE FROM clientes_etiqueta e USING diferenca x WHERE x.fato = %(tiradas)s AND e.id = x.id),
    dar AS (
        INSERT INTO clientes_etiqueta (codigo_cliente, tipo, desde, motivo)
        SELECT codigo_cliente, tipo, desde, motivo FROM diferenca WHERE fato = %(dadas)s ORDER BY codigo_cliente, tipo
        ON CONFLICT (codigo_cliente, tipo) DO NOTHING) -- a death registered this instant comes with its tag
"""


class Faixa(NamedTuple):
    """Codes after `de`, up to `ate`; None: to the last, and whatever is tagged beyond it."""

    de: str
    ate: str | None


class Mudanca(NamedTuple):
    """What became of the tags of one type: DADAS, MUDADAS or TIRADAS."""

    tipo: TipoEtiqueta
    fato: str


class Comparacao(NamedTuple):
    """How many customers were looked at, and how many tags changed."""

    clientes: int
    mudancas: dict[Mudanca, int]


def faixas(tamanho: int) -> Iterator[Faixa]:
    """Stretches of `tamanho` customers, by the primary key; whoever is registered meanwhile falls into one of them."""
    de = ""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LIMITE, [de, tamanho - 1])
            achado = cursor.fetchone()
        yield Faixa(de, achado[0] if achado else None)
        if achado is None:
            return
        de = achado[0]


def comparar(cursor: CursorWrapper, faixa: Faixa, referencia: date, *, gravar: bool) -> Comparacao:
    """Make the tags of a stretch what they should be, in the caller's transaction; or only count what would change.

    A tag that ends and one whose day or reason becomes another leave their row in the history. What is as it should
    be is not written.
    """
    cursor.execute(_VEZ)
    cursor.execute(*consulta(faixa, referencia, gravar=gravar))
    linhas = cursor.fetchall()
    return Comparacao(
        clientes=sum(quantos for tipo, _, quantos in linhas if tipo is None),
        mudancas={Mudanca(TipoEtiqueta(tipo), fato): quantas for tipo, fato, quantas in linhas if tipo is not None},
    )


def dar_falecido(codigo_cliente: str, em: date) -> None:
    """The tag of a death just registered, as the routine would give it; whoever has it keeps it. It waits for no turn."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO clientes_etiqueta (codigo_cliente, tipo, desde, motivo) VALUES (%s, %s, %s, %s)
               ON CONFLICT (codigo_cliente, tipo) DO NOTHING""",
            [codigo_cliente, TipoEtiqueta.FALECIDO.value, em, OBITO],
        )


def consulta(faixa: Faixa, referencia: date, *, gravar: bool) -> tuple[str, dict[str, Any]]:
    """The statement of a stretch and its values. Rows: (tipo, fato, how many), and (NULL, NULL, customers)."""
    valores = parametros(referencia) | {
        "de": faixa.de, "ate": faixa.ate, "referencia": referencia, "tipos": [tipo.value for tipo in DEFINICOES],
        "fins": [definicao.fim for definicao in DEFINICOES.values()], "dadas": DADAS, "mudadas": MUDADAS,
        "tiradas": TIRADAS,
    }  # fmt: skip
    return _sql(ate_o_fim=faixa.ate is None, gravar=gravar), valores


@cache
def _sql(*, ate_o_fim: bool, gravar: bool) -> str:
    devidas = " UNION ALL ".join(
        f"SELECT codigo_cliente, {tipo.value}::smallint AS tipo, desde, left(motivo, 200) AS motivo FROM ({d.consulta}) x"
        for tipo, d in DEFINICOES.items()
    )
    consulta = f"""WITH gente AS MATERIALIZED ({GENTE}), mortos AS MATERIALIZED ({MORTOS}), devida AS ({devidas}),
        {_COMPARACAO} {_ESCRITAS if gravar else ""} SELECT tipo, fato, count(*) FROM diferenca GROUP BY 1, 2
        UNION ALL SELECT NULL, NULL, count(*) FROM gente"""
    entre = r"\1 > %(de)s" if ate_o_fim else r"\1 > %(de)s AND \1 <= %(ate)s"
    return re.sub(r"§\(([^)]+)\)", entre, consulta)
