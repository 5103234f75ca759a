"""Titles of contracts, many at once: made once each, read while open, reversed. Part of the door of `lancamentos`.

A title is a contract's by (origem, origem_id, sequencia), which is unique: a charge made again is the same charge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from erp.financeiro.lancamentos import COLUNAS_TITULO
from erp.financeiro.rules import TituloNovo

# Fragments on a title `t` that is no inverse (`t.sequencia >= 0`): look-ups by index, for titles already narrowed down.
SQL_VIVO = "(SELECT e.id FROM financeiro_titulo e WHERE e.estorno_de = t.id) IS NULL"  # never a join with every inverse there is
SQL_BAIXADO = "coalesce((SELECT sum(b.valor) FROM financeiro_baixa b WHERE b.titulo_id = t.id), 0)"
SQL_SALDO_ABERTO = (
    f"(t.valor + coalesce((SELECT e.valor FROM financeiro_titulo e WHERE e.estorno_de = t.id), 0) - {SQL_BAIXADO})"
)

_TIPOS = {
    "filial_id": "bigint", "finalizador": "int", "adquirente_id": "bigint", "parcela": "smallint", "parcelas": "smallint",
    "valor": "numeric", "emissao": "date", "vencimento": "date", "ocorrido_em": "timestamptz", "data_contabil": "date",
    "origem": "smallint", "origem_id": "bigint", "sequencia": "int", "estorno_de": "bigint",
}  # fmt: skip


class Aberto(NamedTuple):
    """A title with something left to pay."""

    origem_id: int
    titulo_id: int
    sequencia: int
    vencimento: date
    valor: Decimal


def emitir_novos(cursor: CursorWrapper, titulos: Sequence[TituloNovo], *, agora: datetime) -> list[tuple[int, int]]:
    """Post the titles that are not there yet; returns (origem_id, sequencia) of those made now.

    Two at once make one: the second waits for the first, and makes nothing.
    """
    if not titulos:
        return []
    colunas = COLUNAS_TITULO[:-1]
    tipos = ", ".join(f"%s::{_TIPOS.get(coluna, 'text')}[]" for coluna in colunas)
    cursor.execute(
        f"""INSERT INTO financeiro_titulo ({", ".join(colunas)}, lancado_em)
            SELECT x.*, %s FROM unnest({tipos}) AS x ON CONFLICT (origem, origem_id, sequencia) DO NOTHING
            RETURNING origem_id, sequencia""",
        [agora, *(list(valores) for valores in zip(*titulos, strict=True))],
    )
    return [(origem_id, sequencia) for origem_id, sequencia in cursor.fetchall()]


def em_aberto(
    cursor: CursorWrapper, *, origem: int, ids: Iterable[int], vencidos_antes_de: date | None = None
) -> list[Aberto]:
    """The open titles of the origins `ids`, by origin and due date; those due before a day, when one is given."""
    cursor.execute(
        f"""SELECT origem_id, id, sequencia, vencimento, aberto FROM (
                SELECT t.*, {SQL_SALDO_ABERTO} AS aberto FROM financeiro_titulo t
                WHERE t.origem = %(origem)s AND t.origem_id = ANY(%(ids)s) AND t.sequencia >= 0
                  AND (%(ate)s::date IS NULL OR t.vencimento < %(ate)s)) t
            WHERE aberto > 0 ORDER BY origem_id, vencimento, id""",
        {"origem": origem, "ids": sorted(set(ids)), "ate": vencidos_antes_de},
    )
    return [Aberto._make(linha) for linha in cursor.fetchall()]


def cancelar_em_aberto(
    cursor: CursorWrapper, *, origem: int, ids: Iterable[int], a_partir_de: date, dia: date, agora: datetime
) -> dict[int, Decimal]:
    """Reverse what is not due before `a_partir_de` and has nothing paid; what was paid, even in part, stands.

    `dia` is the accounting day of the inverses (never before the title's own). Locks the titles, by id: a settlement
    under way comes before, and stands; so does another reversal, and there is nothing left to reverse. Returns the sum
    that is no longer owed of each origin that had any.
    """
    cursor.execute(
        f"""SELECT t.id FROM financeiro_titulo t WHERE t.origem = %s AND t.origem_id = ANY(%s) AND t.sequencia >= 0
              AND t.vencimento >= %s AND {SQL_VIVO} ORDER BY t.id FOR UPDATE OF t""",
        [origem, sorted(set(ids)), a_partir_de],
    )
    titulos = [linha[0] for linha in cursor.fetchall()]
    de_pe = ", ".join(f"t.{coluna}" for coluna in COLUNAS_TITULO[:12])
    cursor.execute(
        f"""WITH inversos AS (
                INSERT INTO financeiro_titulo ({", ".join(COLUNAS_TITULO)})
                SELECT {de_pe}, -t.valor, t.emissao, t.vencimento, %s, greatest(t.data_contabil, %s), t.origem, t.origem_id,
                       -1 - t.sequencia, t.id, %s
                FROM financeiro_titulo t WHERE t.id = ANY(%s) AND {SQL_VIVO} AND {SQL_BAIXADO} = 0 ORDER BY t.id
                RETURNING origem_id, valor)
            SELECT origem_id, -sum(valor) FROM inversos GROUP BY 1""",
        [agora, dia, agora, titulos],
    )
    return dict(cursor.fetchall())
