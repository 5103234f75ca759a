"""Post stock entries: lock the balances, stamp the cost, write entries and balances. The one door to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.backends.utils import CursorWrapper

from erp.estoque.models import Natureza
from erp.estoque.rules import ZERO, MovimentoNovo, SaldoAtual, aplicar, sequencia_do_estorno, sequencia_do_residuo
from filas.copia import copiar, lista

COLUNAS = (
    "filial_id", "produto_id", "natureza", "quantidade", "custo", "valor", "ocorrido_em", "lancado_em", "data_contabil",
    "origem", "origem_id", "sequencia", "estorno_de",
)  # fmt: skip
Chave = tuple[int, int]


class EstoqueNegativo(Exception):
    """O saldo ficaria negativo numa filial que não permite."""

    def __init__(self, faltas: dict[Chave, Decimal]) -> None:
        super().__init__(f"{self.__doc__} {faltas}")
        self.faltas = faltas


def travar_saldos(cursor: CursorWrapper, chaves: Iterable[Chave]) -> dict[Chave, SaldoAtual]:
    """Lock the balances of (filial, produto) in that order, making those that are missing.

    The order is the ledger's own and everybody's: two batches that share products wait, and never deadlock.
    """
    ordenadas = sorted(set(chaves))
    if not ordenadas:
        return {}
    pares = [[f for f, _ in ordenadas], [p for _, p in ordenadas]]
    saldos = _ler_travando(cursor, pares)
    if len(saldos) < len(ordenadas):
        cursor.execute(
            """INSERT INTO estoque_saldo (filial_id, produto_id, quantidade, valor, custo_medio)
               SELECT f, p, 0, 0, 0 FROM unnest(%s::bigint[], %s::bigint[]) AS x(f, p) ORDER BY f, p
               ON CONFLICT DO NOTHING""",
            pares,
        )
        saldos = _ler_travando(cursor, pares)
    return saldos


def _ler_travando(cursor: CursorWrapper, pares: list[list[int]]) -> dict[Chave, SaldoAtual]:
    cursor.execute(
        """SELECT filial_id, produto_id, quantidade, valor, custo_medio FROM estoque_saldo
           WHERE (filial_id, produto_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))
           ORDER BY filial_id, produto_id FOR UPDATE""",
        pares,
    )
    return {(f, p): SaldoAtual(q, v, c) for f, p, q, v, c in cursor.fetchall()}


def lancar(
    cursor: CursorWrapper,
    movimentos: Sequence[MovimentoNovo],
    *,
    agora: datetime,
    proibe_negativo: frozenset[int] = frozenset(),
) -> None:
    """Post `movimentos` in the order given, in the caller's transaction.

    Raises EstoqueNegativo, with nothing written, when a balance of a filial in `proibe_negativo` would fall below
    zero (and fall: what lifts a negative balance is always taken).
    """
    if not movimentos:
        return
    saldos = travar_saldos(cursor, ((m.filial_id, m.produto_id) for m in movimentos))
    antes = dict(saldos)
    linhas: list[Sequence[object]] = []
    for m in movimentos:
        chave = (m.filial_id, m.produto_id)
        saldos[chave], custo, valor, residuo = aplicar(saldos[chave], m)
        linhas.append(_linha(m, m.natureza, m.quantidade, custo, valor, agora, m.sequencia, m.estorno_de))
        if residuo:
            sequencia = sequencia_do_residuo(m.sequencia)
            linhas.append(_linha(m, Natureza.RESIDUO.value, ZERO, ZERO, -residuo, agora, sequencia, None))
    faltas = {
        chave: saldo.quantidade
        for chave, saldo in saldos.items()
        if chave[0] in proibe_negativo and saldo.quantidade < 0 and saldo.quantidade < antes[chave].quantidade
    }
    if faltas:
        raise EstoqueNegativo(faltas)
    copiar(cursor, "estoque_movimento", COLUNAS, linhas)
    _gravar_saldos(cursor, saldos)


def _linha(
    m: MovimentoNovo, natureza: int, quantidade: Decimal, custo: Decimal, valor: Decimal, agora: datetime, sequencia: int,
    estorno_de: int | None,
) -> tuple[object, ...]:  # fmt: skip
    return (
        m.filial_id, m.produto_id, natureza, quantidade, custo, valor, m.ocorrido_em, agora, m.data_contabil,
        m.origem, m.origem_id, sequencia, estorno_de,
    )  # fmt: skip


def _gravar_saldos(cursor: CursorWrapper, saldos: dict[Chave, SaldoAtual]) -> None:
    cursor.execute(
        """UPDATE estoque_saldo s SET quantidade = x.q, valor = x.v, custo_medio = x.c
           FROM unnest(%s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[]) AS x(f, p, q, v, c)
           WHERE s.filial_id = x.f AND s.produto_id = x.p""",
        [
            lista(f for f, _ in saldos),
            lista(p for _, p in saldos),
            lista(s.quantidade for s in saldos.values()),
            lista(s.valor for s in saldos.values()),
            lista(s.custo_medio for s in saldos.values()),
        ],
    )


def inverter(
    cursor: CursorWrapper, *, origem: int, ids: Sequence[int], contabil: Callable[[date], date]
) -> list[MovimentoNovo]:
    """The inverses of every entry of the origins `ids`, at the cost that each was stamped with.

    They belong to the same origin, under negative sequences; `contabil` moves a closed day to an open one.
    """
    cursor.execute(
        """SELECT id, filial_id, produto_id, natureza, quantidade, custo, valor, ocorrido_em, data_contabil, origem_id, sequencia
           FROM estoque_movimento WHERE origem = %s AND origem_id = ANY(%s) AND sequencia >= 0 ORDER BY origem_id, sequencia""",
        [origem, list(ids)],
    )
    return [
        MovimentoNovo(f, p, nat, -q, custo, quando, contabil(dia), origem, oid, sequencia_do_estorno(seq), -valor, mid)
        for mid, f, p, nat, q, custo, valor, quando, dia, oid, seq in cursor.fetchall()
    ]
