"""Sale against note: the note is posted as the law has it, and flagged where the sale says otherwise (design 5.3)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from erp.fiscal.avisos import AvisoNovo, gravar_avisos, sem_repetidos
from erp.fiscal.estados import CONTAM
from pdv.processamento.efeitos.regras_pagamento import formatar
from pdv.processamento.efeitos.valores import Operacao
from pdv.processamento.notas import pendencias
from pdv.processamento.notas.pendencias import NotaConferida

_TRAVA = zlib.crc32(b"pdv.comparacao") - 2**31
TOLERANCIA = Decimal("0.01")  # of an item: more is a divergence, up to it a warning


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


SEM_LADO = Lado(Decimal(0), ())


def _diverge(mensagem: str) -> AvisoNovo:
    return AvisoNovo("NOTA_DIVERGE", mensagem, True)


class Venda(NamedTuple):
    """An operation as staging and its live generation have it now: posted, and standing without entries."""

    lado: Lado
    lancada: bool
    cancelada: bool


ChaveVenda = tuple[int, str, int]  # ponto_venda, instalacao, id_operacao


def vendas_das_notas(cursor: CursorWrapper, chaves: Sequence[ChaveVenda]) -> dict[ChaveVenda, Venda]:
    """The sales of (ponto_venda, instalacao, id_operacao) that came, whatever their situacao.

    One whose staging row is gone (to be replicated again) is known by its generations, and its content by nobody.
    """
    cursor.execute(
        """SELECT o.ponto_venda_id, o.instalacao::text, o.id_operacao, o.valor_total, i.total,
               g.id IS NOT NULL, coalesce(g.cancelada, false)
           FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
           JOIN hiperpdv_operacao_pdv o ON o.ponto_venda_id = x.pv AND o.instalacao = x.inst AND o.id_operacao = x.op
           LEFT JOIN pdv_geracao g ON g.ponto_venda_id = x.pv AND g.instalacao = x.inst AND g.id_operacao = x.op
               AND g.estornada_em IS NULL
           CROSS JOIN LATERAL (SELECT array_agg(valor_total_liquido ORDER BY item) AS total
               FROM hiperpdv_item_operacao_pdv WHERE operacao_id = o.id AND NOT cancelado) i""",
        _colunas(chaves),
    )
    achadas = {
        (pv, inst, op): Venda(Lado(total, itens or []), lancada, cancelada)
        for pv, inst, op, total, itens, lancada, cancelada in cursor.fetchall()
    }
    faltam = [c for c in chaves if c not in achadas]
    return achadas | _vendas_sem_linha(cursor, faltam) if faltam else achadas


def _vendas_sem_linha(cursor: CursorWrapper, chaves: Sequence[ChaveVenda]) -> dict[ChaveVenda, Venda]:
    cursor.execute(
        """SELECT g.ponto_venda_id, g.instalacao::text, g.id_operacao, bool_or(g.estornada_em IS NULL),
               bool_or(g.estornada_em IS NULL AND g.cancelada)
           FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
           JOIN pdv_geracao g ON g.ponto_venda_id = x.pv AND g.instalacao = x.inst AND g.id_operacao = x.op
           GROUP BY 1, 2, 3""",
        _colunas(chaves),
    )
    return {(pv, inst, op): Venda(SEM_LADO, viva, cancelada) for pv, inst, op, viva, cancelada in cursor.fetchall()}


def _colunas(chaves: Sequence[ChaveVenda]) -> list[list[Any]]:
    return [[c[0] for c in chaves], [c[1] for c in chaves], [c[2] for c in chaves]]


def travar_comparacao(cursor: CursorWrapper, filiais: Iterable[int]) -> None:
    """A sale and its note posted at the same moment would each miss the other: here one waits for the other's commit.

    Taken last of all locks, and by the note's drain with no ledger's lock in hand, so that nobody waits in a circle.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(%s, f) FROM unnest(%s::int[]) AS x(f) ORDER BY f", [_TRAVA, sorted(filiais)]
    )


def comparar_notas_ja_lancadas(cursor: CursorWrapper, operacoes: Sequence[Operacao], *, agora: datetime) -> None:
    """The note came before its operation, or before what cancels it: compare now, and see what is open about it.

    A flag that the document already has is not repeated.
    """
    travar_comparacao(cursor, {o.filial_id for o in operacoes})
    chaves = {_chave(o, o.id_operacao) for o in operacoes}
    chaves |= {_chave(o, origem) for o in operacoes if (origem := o.id_operacao_origem) is not None}
    _comparar_de_novo(cursor, _notas_das_operacoes(cursor, sorted(chaves)), agora)


def comparar_nota_do_documento(cursor: CursorWrapper, chave: str, numero: int, agora: datetime) -> None:
    """A document was moved on by other hands than the drain's (`erp.fiscal.ouvintes`): see again what is open about it."""
    cursor.execute("SELECT filial_id FROM hiperpdv_nota_fiscal WHERE chave = %s AND numero = %s", [chave, numero])
    filiais = {linha[0] for linha in cursor.fetchall()}
    if filiais:
        travar_comparacao(cursor, filiais)
        _comparar_de_novo(cursor, _nota_do_documento(cursor, chave, numero), agora)


def _comparar_de_novo(cursor: CursorWrapper, notas: Sequence[_NotaDaOperacao], agora: datetime) -> None:
    if not notas:
        return
    vendas = vendas_das_notas(cursor, list({(n.ponto_venda_id, n.instalacao, n.id_operacao or 0) for n in notas}))
    conferidas, avisos = [], {}
    for nota in notas:
        venda = vendas.get((nota.ponto_venda_id, nota.instalacao, nota.id_operacao or 0))
        conferidas.append(nota.conferida(venda))
        if nota.documento and nota.situacao in CONTAM and venda is not None and venda.lado is not SEM_LADO:
            avisos[nota.documento] = comparar(nota.lado, venda.lado)
    pendencias.conferir(cursor, conferidas, agora=agora)
    gravar_avisos(cursor, sem_repetidos(cursor, avisos), agora=agora)


class _NotaDaOperacao(NamedTuple):
    nota_id: int
    filial_id: int
    ponto_venda_id: int
    instalacao: str
    id_operacao: int | None
    chave: str
    numero: int
    serie: int
    valor: Decimal
    documento: int | None
    situacao: str
    emissao: datetime
    total: Decimal | None
    itens: Sequence[Decimal] | None

    @property
    def lado(self) -> Lado:
        return Lado(self.total or Decimal(0), self.itens or [])

    def conferida(self, venda: Venda | None) -> NotaConferida:
        chegou = venda is not None
        lancada, cancelada = (venda.lancada, venda.cancelada) if venda else (False, False)
        return NotaConferida(*self[:9], self.situacao, self.emissao, chegou, lancada, cancelada)


_NOTAS = """
    SELECT n.id, n.filial_id, n.ponto_venda_id, n.instalacao::text, n.id_operacao, n.chave, n.numero, n.serie,
        n.valor_total, d.id, coalesce(d.situacao, ''), coalesce(d.emissao, n.data_emissao), d.valor_total,
        (SELECT array_agg((e ->> 'valor_liquido')::numeric ORDER BY n) FROM jsonb_array_elements(d.conteudo -> 'itens')
         WITH ORDINALITY AS t(e, n))
    FROM {quais}
    LEFT JOIN LATERAL (SELECT * FROM fiscal_documento f WHERE f.chave = n.chave AND f.numero = n.numero
        AND f.estorno_de IS NULL ORDER BY f.geracao DESC LIMIT 1) d ON true
    WHERE n.situacao_replicacao <> 1 OR d.id IS NOT NULL
"""
_DAS_OPERACOES = """unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
    JOIN hiperpdv_nota_fiscal n ON n.ponto_venda_id = x.pv AND n.id_operacao = x.op AND n.instalacao = x.inst"""
_DO_DOCUMENTO = """(VALUES (%s, %s)) AS x(chave, numero)
    JOIN hiperpdv_nota_fiscal n ON n.chave = x.chave AND n.numero = x.numero"""


def _notas_das_operacoes(cursor: CursorWrapper, chaves: Sequence[ChaveVenda]) -> list[_NotaDaOperacao]:
    """The notes of these operations that the drain has seen, each with its document alive, if it has one."""
    cursor.execute(_NOTAS.format(quais=_DAS_OPERACOES), _colunas(chaves))
    return [_NotaDaOperacao._make(linha) for linha in cursor.fetchall()]


def _nota_do_documento(cursor: CursorWrapper, chave: str, numero: int) -> list[_NotaDaOperacao]:
    """The staged note that a document came from (`hiperpdv_nota_chave`), the same way."""
    cursor.execute(_NOTAS.format(quais=_DO_DOCUMENTO), [chave, numero])
    return [_NotaDaOperacao._make(linha) for linha in cursor.fetchall()]


def _chave(operacao: Operacao, id_operacao: int) -> ChaveVenda:
    return operacao.ponto_venda_id, str(operacao.instalacao), id_operacao
