"""Sale against note: the note is posted as the law has it, and flagged where the sale says otherwise (design 5.3)."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from filas.copia import copiar
from pdv.processamento.efeitos.regras_pagamento import formatar
from pdv.processamento.valores import Operacao

_TRAVA = zlib.crc32(b"pdv.comparacao") - 2**31
TOLERANCIA = Decimal("0.01")  # of an item: more is a divergence, up to it a warning
COLUNAS_AVISO = ("documento_id", "codigo", "mensagem", "grave", "criado_em")


class AvisoNovo(NamedTuple):
    codigo: str
    mensagem: str
    grave: bool


class Lado(NamedTuple):
    """One side of the comparison: a total, and what each item adds to it, in order."""

    total: Decimal
    itens: Sequence[Decimal]


def comparar(nota: Lado, venda: Lado) -> list[AvisoNovo]:
    """What differs between a note and its sale, each with both values."""
    avisos = []
    if nota.total != venda.total:
        avisos.append(_diverge(f"total da nota {formatar(nota.total)}, total da venda {formatar(venda.total)}"))
    if len(nota.itens) != len(venda.itens):
        avisos.append(_diverge(f"a nota tem {len(nota.itens)} itens, a venda tem {len(venda.itens)}"))
        return avisos
    for n, (da_nota, da_venda) in enumerate(zip(nota.itens, venda.itens, strict=True), 1):
        diferenca = abs(da_nota - da_venda)
        if diferenca:
            texto = f"item {n}: {formatar(da_nota)} na nota, {formatar(da_venda)} na venda"
            aceitavel = diferenca <= TOLERANCIA
            avisos.append(AvisoNovo("ITEM_DIFERE_CENTAVO", texto, False) if aceitavel else _diverge(texto))
    return avisos


def _diverge(mensagem: str) -> AvisoNovo:
    return AvisoNovo("NOTA_DIVERGE", mensagem, True)


def lados_das_vendas(cursor: CursorWrapper, chaves: Sequence[tuple[int, str, int]]) -> dict[tuple[int, str, int], Lado]:
    """The sales of (ponto_venda, instalacao, id_operacao) that are staged, whatever their situacao."""
    cursor.execute(
        """SELECT o.ponto_venda_id, o.instalacao::text, o.id_operacao, o.valor_total, i.total
           FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
           JOIN hiperpdv_operacao_pdv o ON o.ponto_venda_id = x.pv AND o.instalacao = x.inst AND o.id_operacao = x.op
           CROSS JOIN LATERAL (SELECT array_agg(valor_total_liquido ORDER BY item) AS total
               FROM hiperpdv_item_operacao_pdv WHERE operacao_id = o.id AND NOT cancelado) i""",
        [[c[0] for c in chaves], [c[1] for c in chaves], [c[2] for c in chaves]],
    )
    return {(pv, inst, op): Lado(total, itens or []) for pv, inst, op, total, itens in cursor.fetchall()}


def travar_comparacao(cursor: CursorWrapper, filiais: Iterable[int]) -> None:
    """A sale and its note posted at the same moment would each miss the other: here one waits for the other's commit.

    Taken last of all locks, and by the note's drain with no ledger's lock in hand, so that nobody waits in a circle.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(%s, f) FROM unnest(%s::int[]) AS x(f) ORDER BY f", [_TRAVA, sorted(filiais)]
    )


def comparar_notas_ja_lancadas(cursor: CursorWrapper, operacoes: Sequence[Operacao], *, agora: datetime) -> None:
    """The note came before its sale: compare now. A flag that the document already has is not repeated."""
    travar_comparacao(cursor, {o.filial_id for o in operacoes})
    cursor.execute(
        """SELECT d.id, n.ponto_venda_id, n.instalacao, n.id_operacao, d.valor_total,
               (SELECT array_agg((e ->> 'valor_liquido')::numeric ORDER BY n) FROM jsonb_array_elements(d.conteudo -> 'itens')
                WITH ORDINALITY AS t(e, n))
           FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
           JOIN hiperpdv_nota_fiscal n ON n.ponto_venda_id = x.pv AND n.id_operacao = x.op AND n.instalacao = x.inst
           JOIN LATERAL (SELECT * FROM fiscal_documento f WHERE f.chave = n.chave AND f.numero = n.numero
               AND f.estorno_de IS NULL ORDER BY f.geracao DESC LIMIT 1) d ON true
           WHERE n.situacao_replicacao = 9""",
        [
            [o.ponto_venda_id for o in operacoes],
            [str(o.instalacao) for o in operacoes],
            [o.id_operacao for o in operacoes],
        ],
    )
    lancadas = cursor.fetchall()
    if not lancadas:
        return
    por_chave = {o.chave: o for o in operacoes}
    avisos: dict[int, list[AvisoNovo]] = {}
    for documento, pv, instalacao, id_operacao, total, itens in lancadas:
        operacao = por_chave[(pv, instalacao, id_operacao)]
        venda = Lado(operacao.total, [i.total for i in operacao.itens if not i.cancelado])
        avisos[documento] = comparar(Lado(total, itens or []), venda)
    gravar_avisos(cursor, _sem_repetidos(cursor, avisos), agora=agora)


def _sem_repetidos(cursor: CursorWrapper, avisos: dict[int, list[AvisoNovo]]) -> dict[int, list[AvisoNovo]]:
    cursor.execute(
        "SELECT documento_id, codigo, mensagem FROM fiscal_aviso WHERE documento_id = ANY(%s)", [list(avisos)]
    )
    tem: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for documento, codigo, mensagem in cursor.fetchall():
        tem[documento].add((codigo, mensagem))
    return {d: [a for a in novos if (a.codigo, a.mensagem) not in tem[d]] for d, novos in avisos.items()}


def gravar_avisos(cursor: CursorWrapper, avisos: dict[int, list[AvisoNovo]], *, agora: datetime) -> None:
    """Keep the flags beside their documents."""
    copiar(
        cursor, "fiscal_aviso", COLUNAS_AVISO, [(d, *aviso, agora) for d, novos in avisos.items() for aviso in novos]
    )
