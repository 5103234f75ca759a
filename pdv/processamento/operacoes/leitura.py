"""Claim and read staged operations with their children: three or four queries, whatever the size of the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db.backends.utils import CursorWrapper

from pdv.processamento.efeitos.valores import Item, Operacao, Pagamento, Recebimento
from pdv.tabelas import Especie

_OPERACAO = """SELECT id, ponto_venda_id, filial_id, instalacao, id_operacao, id_ponto_venda, operacao,
       coalesce(data_hora_termino, data_hora_inicio), cancelado, cpf_cnpj_consumidor, codigo_cliente, valor_produtos,
       valor_desconto, valor_acrescimo, valor_total, valor_troco, id_operacao_origem, tentativas, aguarda, aguarda_desde
    FROM hiperpdv_operacao_pdv WHERE id = ANY(%s)"""


_ITENS = """SELECT operacao_id, item, id_produto, quantidade_primaria, valor_total_liquido, cancelado
    FROM hiperpdv_item_operacao_pdv WHERE operacao_id = ANY(%s) ORDER BY operacao_id, item"""
_PAGAMENTOS = """SELECT operacao_id, item, id_finalizador, valor, valor_troco, parcela, nsu, autorizacao, txid, end_to_end_id
    FROM hiperpdv_finalizador_operacao_pdv WHERE operacao_id = ANY(%s) ORDER BY operacao_id, item"""
_RECEBIMENTOS = """SELECT operacao_id, item, numero_documento, parcela, valor, juros, desconto
    FROM hiperpdv_recebimento_operacao_pdv WHERE operacao_id = ANY(%s) ORDER BY operacao_id, item"""
T = TypeVar("T")


def reivindicar_operacoes(cursor: CursorWrapper, ids: Sequence[int]) -> list[Operacao]:
    """Lock those of `ids` that are pending and that nobody else has locked, oldest first, and read them."""
    cursor.execute(
        f"{_OPERACAO} AND situacao_replicacao = 1 ORDER BY proxima_tentativa_em, recebido_em, id FOR UPDATE SKIP LOCKED",
        [list(ids)],
    )
    return _com_filhos(cursor, cursor.fetchall())


def ler_operacoes(cursor: CursorWrapper, ids: Sequence[int]) -> list[Operacao]:
    """Read staged operations without claiming them."""
    cursor.execute(f"{_OPERACAO} ORDER BY id", [list(ids)])
    return _com_filhos(cursor, cursor.fetchall())


def _com_filhos(cursor: CursorWrapper, linhas: list[tuple[Any, ...]]) -> list[Operacao]:
    ids = [linha[0] for linha in linhas]
    itens = _filhos(cursor, _ITENS, ids, Item._make)
    pagamentos = _filhos(cursor, _PAGAMENTOS, ids, Pagamento._make)
    recebem = [linha[0] for linha in linhas if linha[6] == Especie.RECEBIMENTO]
    recebimentos = _filhos(cursor, _RECEBIMENTOS, recebem, Recebimento._make) if recebem else {}
    return [
        Operacao._make((*linha, itens.get(id_, []), pagamentos.get(id_, []), recebimentos.get(id_, [])))
        for linha in linhas
        for id_ in linha[:1]
    ]


def _filhos(
    cursor: CursorWrapper, sql: str, ids: Sequence[int], montar: Callable[[Iterable[Any]], T]
) -> dict[int, list[T]]:
    filhos: defaultdict[int, list[T]] = defaultdict(list)
    cursor.execute(sql, [list(ids)])
    for operacao_id, *resto in cursor.fetchall():
        filhos[operacao_id].append(montar(resto))
    return filhos
