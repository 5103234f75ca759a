"""Titles settled by operations, many at once: lock, settle, invert. Part of the door of `lancamentos`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import uuid4

from django.db.backends.utils import CursorWrapper

from erp.financeiro.rules import BaixaNova
from filas.copia import copiar

COLUNAS_BAIXA = (
    "titulo_id", "valor", "juros", "desconto", "ocorrido_em", "data_contabil", "motivo", "feita_por", "origem", "origem_id",
    "sequencia", "estorno_de_id", "lancado_em", "chave",
)  # fmt: skip


class BaixaDePe(NamedTuple):
    """A settlement that stands on a title: who made it decides who can undo it."""

    titulo_id: int
    documento: str
    parcela: int
    baixa_id: int
    origem: int
    origem_id: int | None
    feita_por: str
    ocorrido_em: datetime


def travar_titulos(cursor: CursorWrapper, ids: Iterable[int]) -> None:
    """Lock titles in order of id, once for all that a posting does to them."""
    cursor.execute("SELECT 1 FROM financeiro_titulo WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(set(ids))])


def titulos_de(cursor: CursorWrapper, *, origem: int, ids: Sequence[int]) -> list[int]:
    """The titles that the origins `ids` made or settled."""
    cursor.execute(
        """SELECT id FROM financeiro_titulo WHERE origem = %s AND origem_id = ANY(%s) AND sequencia >= 0
           UNION SELECT titulo_id FROM financeiro_baixa WHERE origem = %s AND origem_id = ANY(%s)""",
        [origem, list(ids), origem, list(ids)],
    )
    return [linha[0] for linha in cursor.fetchall()]


def quitar(cursor: CursorWrapper, baixas: Sequence[BaixaNova], *, agora: datetime) -> None:
    """Post settlements of titles that the caller has locked. They move no account: the operation's payments do."""
    copiar(cursor, "financeiro_baixa", COLUNAS_BAIXA, [(*b, agora, uuid4()) for b in baixas])


def inverter_baixas(
    cursor: CursorWrapper, *, origem: int, ids: Sequence[int], contabil: Callable[[date], date]
) -> list[BaixaNova]:
    """The inverses of the settlements of the origins `ids`, in the same origin under negative sequences."""
    cursor.execute(
        """SELECT titulo_id, -valor, -juros, -desconto, ocorrido_em, data_contabil, motivo, feita_por, origem, origem_id,
               -1 - sequencia, id
           FROM financeiro_baixa WHERE origem = %s AND origem_id = ANY(%s) AND sequencia >= 0 ORDER BY origem_id, sequencia""",
        [origem, list(ids)],
    )
    baixas = map(BaixaNova._make, cursor.fetchall())
    return [b._replace(data_contabil=contabil(b.data_contabil)) for b in baixas]


def excedidos(cursor: CursorWrapper, ids: Iterable[int]) -> list[int]:
    """Of titles under lock, those settled beyond their value, or reversed with a settlement standing."""
    cursor.execute(
        """SELECT t.id FROM financeiro_titulo t
           LEFT JOIN financeiro_titulo e ON e.estorno_de = t.id
           CROSS JOIN LATERAL (SELECT coalesce(sum(valor), 0) AS soma FROM financeiro_baixa WHERE titulo_id = t.id) b
           WHERE t.id = ANY(%s) AND b.soma NOT BETWEEN 0 AND t.valor + coalesce(e.valor, 0)""",
        [sorted(set(ids))],
    )
    return [linha[0] for linha in cursor.fetchall()]


def baixas_de_pe(cursor: CursorWrapper, *, origem: int, ids: Sequence[int]) -> dict[int, list[BaixaDePe]]:
    """Settlements that stand on titles of the origins `ids`: what blocks their estorno. {origin: settlements}"""
    cursor.execute(
        """SELECT t.origem_id, t.id, t.documento, t.parcela, b.id, b.origem, b.origem_id, b.feita_por, b.ocorrido_em
           FROM financeiro_titulo t JOIN financeiro_baixa b ON b.titulo_id = t.id AND b.estorno_de_id IS NULL
           WHERE t.origem = %s AND t.origem_id = ANY(%s) AND t.sequencia >= 0
             AND NOT EXISTS (SELECT 1 FROM financeiro_baixa e WHERE e.estorno_de_id = b.id) ORDER BY t.id, b.id""",
        [origem, list(ids)],
    )
    achadas: dict[int, list[BaixaDePe]] = {}
    for origem_id, *resto in cursor.fetchall():
        achadas.setdefault(origem_id, []).append(BaixaDePe._make(resto))
    return achadas
