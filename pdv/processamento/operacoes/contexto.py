"""Read what operations refer to, besides the registers: origins, titles, vales. Nothing is read for most batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.backends.utils import CursorWrapper

from pdv.processamento.efeitos.datas import dia_local
from pdv.processamento.efeitos.pagamentos import documento_do_titulo, e_credito_da_loja
from pdv.processamento.efeitos.vales import codigo_do_vale
from pdv.processamento.efeitos.valores import Cadastro, Contexto, ItemVendido, Operacao, Origem, Pagamento
from pdv.processamento.operacoes import titulos
from pdv.processamento.operacoes.estorno import NUNCA, PDV, ChaveOperacao, GeracaoAtual
from pdv.tabelas import Especie

COM_ORIGEM = frozenset({Especie.DEVOLUCAO, Especie.CANCELAMENTO})
Devolvido = dict[int, ItemVendido]
_CHAVES = "unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)"


def carregar_contextos(
    cursor: CursorWrapper,
    operacoes: Sequence[Operacao],
    cadastro: Cadastro,
    geracoes: dict[ChaveOperacao, GeracaoAtual],
) -> dict[int, Contexto]:
    """By staged row, the context of those operations that have one.

    What its own live generation settled is open to an operation: it is undone first. Not so what others of the batch
    settled: they may yet be refused, or wait.
    """
    refazem = [o for o in operacoes if o.chave in geracoes]
    origens = {o.id: c for o in operacoes if o.especie in COM_ORIGEM and (c := o.chave_da_origem)}
    recebem = [o for o in operacoes if o.especie == Especie.RECEBIMENTO]
    vales = {o.id: v for o in operacoes if o.especie == Especie.VENDA and (v := _em_vale(o, cadastro))}
    if not (refazem or origens or recebem or vales):
        return {}
    chaves = sorted({*origens.values(), *(o.chave for o in refazem)}, key=str)
    canceladores = _cancelamentos(cursor, chaves)
    devolucoes = _devolucoes(cursor, chaves)
    lidas = _origens(cursor, sorted(set(origens.values()), key=str))
    desfaz = {o.id: _desfaz(o, geracoes.get(o.chave, NUNCA), lidas) for o in operacoes}
    baixados = titulos.baixados_por(cursor, {g for gs in desfaz.values() for g in gs})
    recebidos = titulos.de_clientes(cursor, {(r.documento, r.parcela) for o in recebem for r in o.recebimentos})
    por_codigo = titulos.vales(cursor, {p.nsu for ps in vales.values() for p in ps if p.nsu})
    clientes = {o.codigo_cliente for o in operacoes if o.id in vales and any(not p.nsu for p in vales[o.id])}
    por_cliente = titulos.vales_de(cursor, clientes - {""}, {b.titulo.id for bs in baixados.values() for b in bs})
    contextos = {}
    for o in (*refazem, *(o for o in operacoes if o.id in origens or o.id in vales), *recebem):
        viva = geracoes.get(o.chave, NUNCA).viva_id
        reabertos = titulos.reabertos(baixados[viva] if viva is not None else ())
        origem, proprias = None, _somar(devolucoes[o.chave], menos=o.id_operacao)
        if (chave := origens.get(o.id)) and chave in lidas:
            devolvido, numeros = _somar(devolucoes[chave], menos=o.id_operacao)
            por = next((n for n in canceladores[chave] if n != o.id_operacao), None)
            origem = lidas[chave]._replace(cancelada_por=por, devolvido=devolvido, devolucoes=numeros)
        contextos[o.id] = Contexto(
            origem=origem,
            titulos=titulos.melhores(recebidos, o, reabertos),
            vales={
                n: titulos.melhor_vale(por_codigo[n], reabertos)
                for p in vales.get(o.id, ())
                if (n := p.nsu) in por_codigo
            },
            vales_do_cliente=titulos.abertos(por_cliente[o.codigo_cliente], reabertos) if o.id in vales else (),
            a_reabrir=tuple(b.titulo for g in desfaz[o.id] for b in baixados[g]),
            cancelada_por=next(iter(canceladores[o.chave]), None),
            devolvido=proprias[0],
            devolucoes=proprias[1],
        )
    return contextos


def _desfaz(o: Operacao, atual: GeracaoAtual, lidas: dict[ChaveOperacao, Origem]) -> list[int]:
    """The generations that posting `o` would undo: its own, and that of what it cancels."""
    cancela = o.chave_da_origem if o.especie == Especie.CANCELAMENTO else None
    origem = lidas.get(cancela) if cancela is not None else None
    return [g for g in (atual.viva_id, origem and origem.viva_id) if g is not None]


def independentes(
    operacoes: Sequence[Operacao], contextos: dict[int, Contexto], cadastro: Cadastro,
    geracoes: dict[ChaveOperacao, GeracaoAtual],
) -> list[Operacao]:  # fmt: skip
    """Those that touch nothing that an earlier one of the batch touches; the others are due in the next batch."""
    if not contextos:
        return list(operacoes)
    tocados: set[Hashable] = set()
    livres = []
    for o in operacoes:
        toca = set(_toca(o, contextos.get(o.id), geracoes.get(o.chave), cadastro))
        if tocados.isdisjoint(toca):
            tocados |= toca
            livres.append(o)
    return livres


def _toca(o: Operacao, contexto: Contexto | None, atual: GeracaoAtual | None, cadastro: Cadastro) -> Iterable[Hashable]:
    """The operation and its origin; the titles and vales that it makes, settles or opens again; the generations that it
    undoes or uses."""
    yield o.chave
    yield from (("título", documento_do_titulo(o, p)) for p in o.pagamentos)
    yield from (("título", r.documento) for r in o.recebimentos)
    if o.especie == Especie.DEVOLUCAO:
        yield "título", codigo_do_vale(o.id_ponto_venda, o.id_operacao)
        if o.codigo_cliente:
            yield "crédito", o.codigo_cliente
    else:
        yield from (("título" if p.nsu else "crédito", p.nsu or o.codigo_cliente) for p in _em_vale(o, cadastro))
    if atual is not None:
        yield "geração", atual.viva_id
    if contexto is None:
        return
    if o.especie in COM_ORIGEM and contexto.origem is not None:
        yield o.chave_da_origem or o.chave
        yield "geração", contexto.origem.viva_id
    for titulo in (*contexto.titulos.values(), *contexto.vales.values(), *contexto.vales_do_cliente):
        yield "geração", titulo.geracao
    for titulo in contexto.a_reabrir:
        yield "título", titulo.documento
        if titulo.credito_de:
            yield "crédito", titulo.credito_de


def _em_vale(o: Operacao, cadastro: Cadastro) -> list[Pagamento]:
    """The payments that use the shop's own credit."""
    dia = dia_local(o.ocorrida_em)
    return [
        p for p in o.pagamentos if (f := cadastro.finalizadores.get(p.id_finalizador)) and e_credito_da_loja(f, dia)
    ]


def _colunas(chaves: Sequence[ChaveOperacao]) -> list[list[Any]]:
    return [[c[0] for c in chaves], [str(c[1]) for c in chaves], [c[2] for c in chaves]]


def _cancelamentos(cursor: CursorWrapper, chaves: Sequence[ChaveOperacao]) -> defaultdict[ChaveOperacao, list[int]]:
    """The numbers of the cancelamentos that stand, by what they cancel."""
    achados: defaultdict[ChaveOperacao, list[int]] = defaultdict(list)
    cursor.execute(
        f"""SELECT x.pv, x.inst, x.op, g.id_operacao FROM {_CHAVES}
            JOIN pdv_geracao g ON g.ponto_venda_id = x.pv AND g.instalacao = x.inst AND g.id_operacao_origem = x.op
            WHERE g.estornada_em IS NULL AND NOT g.cancelada AND g.operacao = %s ORDER BY g.id""",
        [*_colunas(chaves), Especie.CANCELAMENTO.value],
    )
    for pv, inst, op, numero in cursor.fetchall():
        achados[pv, inst, op].append(numero)
    return achados


def _devolucoes(
    cursor: CursorWrapper, chaves: Sequence[ChaveOperacao]
) -> defaultdict[ChaveOperacao, list[tuple[int, int | None, ItemVendido]]]:
    """(number, product, what was given back) of the devoluções that stand, by the sale.

    Of one whose row left staging the stock entries say it; of goods without stock nobody does, then the product is None.
    """
    achadas: defaultdict[ChaveOperacao, list[tuple[int, int | None, ItemVendido]]] = defaultdict(list)
    cursor.execute(
        f"""SELECT x.pv, x.inst, x.op, g.id_operacao, i.codigo, coalesce(sum(i.q), 0), coalesce(sum(i.v), 0)
            FROM {_CHAVES}
            JOIN pdv_geracao g ON g.ponto_venda_id = x.pv AND g.instalacao = x.inst AND g.id_operacao_origem = x.op
            LEFT JOIN hiperpdv_operacao_pdv o
                ON o.ponto_venda_id = x.pv AND o.instalacao = x.inst AND o.id_operacao = g.id_operacao
            LEFT JOIN LATERAL (
                SELECT id_produto AS codigo, quantidade_primaria AS q, valor_total_liquido AS v
                FROM hiperpdv_item_operacao_pdv WHERE operacao_id = o.id AND NOT cancelado
                UNION ALL
                SELECT p.codigo, m.quantidade, 0 FROM estoque_movimento m JOIN cadastros_produto p ON p.id = m.produto_id
                WHERE o.id IS NULL AND m.origem = 1 AND m.origem_id = g.id AND m.sequencia BETWEEN 0 AND 999999
            ) i ON true
            WHERE g.estornada_em IS NULL AND NOT g.cancelada AND g.operacao = %s GROUP BY 1, 2, 3, 4, 5 ORDER BY 4, 5""",
        [*_colunas(chaves), Especie.DEVOLUCAO.value],
    )
    for pv, inst, op, numero, produto, quantidade, valor in cursor.fetchall():
        achadas[pv, inst, op].append((numero, produto, ItemVendido(quantidade, valor)))
    return achadas


def _somar(linhas: Sequence[tuple[int, int | None, ItemVendido]], *, menos: int) -> tuple[Devolvido, list[int]]:
    somas: Devolvido = {}
    for numero, produto, item in linhas:
        if numero != menos and produto is not None:
            antes = somas.get(produto, ItemVendido(Decimal(0), Decimal(0)))
            somas[produto] = ItemVendido(antes.quantidade + item.quantidade, antes.valor + item.valor)
    return somas, list(dict.fromkeys(numero for numero, _, _ in linhas if numero != menos))


def _origens(cursor: CursorWrapper, chaves: Sequence[ChaveOperacao]) -> dict[ChaveOperacao, Origem]:
    """Operations as staging and their generations have them; one that neither knows is absent."""
    if not chaves:
        return {}
    cursor.execute(
        f"""SELECT x.pv, x.inst, x.op, o.id, o.situacao_replicacao, coalesce(o.operacao, g.operacao),
                coalesce(o.valor_total, g.valor_total), g.ultima, g.viva, coalesce(g.cancelada, false)
            FROM {_CHAVES}
            LEFT JOIN hiperpdv_operacao_pdv o ON o.ponto_venda_id = x.pv AND o.instalacao = x.inst AND o.id_operacao = x.op
            LEFT JOIN LATERAL (
                SELECT max(numero) AS ultima, max(operacao) AS operacao, max(valor_total) AS valor_total,
                    max(id) FILTER (WHERE estornada_em IS NULL) AS viva,
                    bool_or(cancelada) FILTER (WHERE estornada_em IS NULL) AS cancelada
                FROM pdv_geracao WHERE ponto_venda_id = x.pv AND instalacao = x.inst AND id_operacao = x.op
            ) g ON true WHERE o.id IS NOT NULL OR g.ultima IS NOT NULL""",
        _colunas(chaves),
    )
    linhas = cursor.fetchall()
    vendido = _vendido(cursor, [linha[3] for linha in linhas if linha[3] is not None])
    custos = _custos(cursor, [linha[8] for linha in linhas if linha[8] is not None])
    return {
        (pv, inst, op): Origem(
            linha, situacao, especie, total, ultima or 0, viva, cancelada, None, vendido[linha], {}, custos[viva], []
        )
        for pv, inst, op, linha, situacao, especie, total, ultima, viva, cancelada in linhas
    }


def _vendido(cursor: CursorWrapper, linhas: Sequence[int]) -> defaultdict[int | None, Devolvido]:
    achados: defaultdict[int | None, Devolvido] = defaultdict(dict)
    cursor.execute(
        """SELECT operacao_id, id_produto, sum(quantidade_primaria), sum(valor_total_liquido)
           FROM hiperpdv_item_operacao_pdv WHERE operacao_id = ANY(%s) AND NOT cancelado GROUP BY 1, 2""",
        [list(linhas)],
    )
    for linha, produto, quantidade, valor in cursor.fetchall():
        achados[linha][produto] = ItemVendido(quantidade, valor)
    return achados


def _custos(cursor: CursorWrapper, geracoes: Sequence[int]) -> defaultdict[int | None, dict[int, Decimal]]:
    """Per generation and product, the average cost that its entries were stamped with."""
    achados: defaultdict[int | None, dict[int, Decimal]] = defaultdict(dict)
    cursor.execute(
        """SELECT origem_id, produto_id, round(sum(valor) / sum(quantidade), 6) FROM estoque_movimento
           WHERE origem = %s AND origem_id = ANY(%s) AND sequencia BETWEEN 0 AND 999999
           GROUP BY 1, 2 HAVING sum(quantidade) <> 0""",
        [PDV, list(geracoes)],
    )
    for geracao, produto, custo in cursor.fetchall():
        achados[geracao][produto] = custo
    return achados
