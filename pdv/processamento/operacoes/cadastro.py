"""Read of the registers what a batch of operations mentions: four small queries, whatever its size."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.db.backends.utils import CursorWrapper

from erp.cadastros.rules import Periodo
from pdv.processamento.efeitos.valores import Cadastro, Condicao, FinalizadorRef, Operacao, PontoVendaRef


def carregar_cadastro(
    cursor: CursorWrapper, operacoes: Iterable[Operacao], fechados: tuple[Periodo, ...]
) -> Cadastro:  # fmt: skip
    operacoes = list(operacoes)
    return Cadastro(
        produtos=_produtos(cursor, {i.id_produto for o in operacoes for i in o.itens}),
        finalizadores=_finalizadores(cursor),
        pontos_venda=_pontos_venda(cursor, {o.ponto_venda_id for o in operacoes}),
        fechados=fechados,
    )


def _produtos(cursor: CursorWrapper, codigos: set[int]) -> dict[int, tuple[int, bool]]:
    cursor.execute(
        "SELECT codigo, id, controla_estoque FROM cadastros_produto WHERE codigo = ANY(%s)", [sorted(codigos)]
    )
    return {codigo: (id_, controla) for codigo, id_, controla in cursor.fetchall()}


def _finalizadores(cursor: CursorWrapper) -> dict[int, FinalizadorRef]:
    cursor.execute(
        """SELECT finalizador_id, vigente_desde, adquirente_id, conta_id, dias_primeira, dias_intervalo, taxa_percentual
           FROM cadastros_condicaofinalizador ORDER BY finalizador_id, vigente_desde DESC"""
    )
    condicoes = {
        id_: tuple(Condicao._make(linha[1:]) for linha in linhas)
        for id_, linhas in groupby(cursor.fetchall(), key=lambda linha: linha[0])
    }
    cursor.execute("SELECT id, codigo, nome, especie FROM cadastros_finalizador")
    return {
        codigo: FinalizadorRef(codigo, nome, especie, condicoes.get(id_, ()))
        for id_, codigo, nome, especie in cursor.fetchall()
    }


def _pontos_venda(cursor: CursorWrapper, ids: set[int]) -> dict[int, PontoVendaRef]:
    cursor.execute(
        """SELECT p.id, p.filial_id, p.conta_caixa_id, f.conta_cofre_id
           FROM cadastros_pontovenda p JOIN "FILIAIS" f ON f.id = p.filial_id WHERE p.id = ANY(%s)""",
        [sorted(ids)],
    )
    return {linha[0]: PontoVendaRef._make(linha) for linha in cursor.fetchall()}


def filiais_sem_negativo(cursor: CursorWrapper) -> frozenset[int]:
    """Filiais where stock may not fall below zero."""
    cursor.execute('SELECT id FROM "FILIAIS" WHERE NOT permite_estoque_negativo')
    return frozenset(linha[0] for linha in cursor.fetchall())
