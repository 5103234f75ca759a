"""Charge what is due of maintenance contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import DataError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ato, Ator, registrar_varios
from erp.cadastros.selectors import calendario
from erp.financeiro.contratos import emitir_novos
from erp.jazigos import rules
from erp.jazigos.models import ContratoManutencao
from erp.jazigos.rules import Fatura, Indices, Situacao
from erp.jazigos.selectors import tabela_de_indices
from erp.jazigos.services import linhas
from erp.jazigos.services.linhas import Devedor, Momento
from erp.rotinas.contexto import Contexto

LOTE = 5000
CAMINHO = "ManutencaoJazigo/GerarRecebimentoManutencaoJazigoRotina"
OBJETO = ContratoManutencao._meta.label_lower
_COLUNAS = ", ".join(f"k.{coluna}" for coluna in Situacao._fields)
_DEVIDOS = f"""SELECT {_COLUNAS}, c.filial_id, k.titular_id, v.documento, k.pendencia, k.pendente_desde
               FROM jazigos_contrato k JOIN jazigos_cemiterio c ON c.id = k.cemiterio_id
               JOIN "CLIENTES_VAREJO" v ON v."CODIGO_CLIENTE" = k.titular_id
               WHERE k.id = ANY(%s) AND k.gerar_em <= %s ORDER BY k.id"""


class Devido(NamedTuple):
    """A contract with something to charge, and what comes out of it."""

    contrato: Situacao
    devedor: Devedor
    pendencia: str
    pendente_desde: date | None
    fatura: Fatura


@sensivel("jazigos.valor_reajustado")
def gerar_cobrancas(contexto: Contexto, *, lote: int = LOTE) -> None:
    """Make the receivables of every contract due by `contexto.referencia`, each competência once.

    1. Take the contracts whose day has come, by the index, a chunk at a time.
    2. In one transaction: lock them by id, leaving out what another run has charged meanwhile; compute periods, pro
       rata and adjustments by `rules.faturar`; write titles, charges, adjustments and where each contract stands.
    3. A contract that lacks an index is charged up to there, says so in `pendencia`, and fails; the others go on.
    4. A chunk that the database refuses is halved until the culprit is alone.

    Killed anywhere, the next run finds the contracts of unfinished chunks still due. A simulation locks nothing and
    writes nothing.
    """
    indices = tabela_de_indices()
    marca: tuple[date, int] = (date.min, 0)
    while proximos := _proximos(contexto.referencia, marca, lote):
        marca = proximos[-1]
        _cobrar(contexto, [numero for _, numero in proximos], indices)


def _cobrar(contexto: Contexto, ids: Sequence[int], indices: Indices) -> None:
    try:
        feitos, titulos = _cobrar_lote(contexto, ids, indices)
    except (IntegrityError, DataError) as erro:
        if len(ids) == 1:
            contexto.falhar(OBJETO, str(ids[0]), f"o banco recusou a cobrança: {str(erro).splitlines()[0]}")
            return
        meio = len(ids) // 2
        _cobrar(contexto, ids[:meio], indices)
        _cobrar(contexto, ids[meio:], indices)
        return
    _relatar(contexto, feitos, titulos)


def _cobrar_lote(contexto: Contexto, ids: Sequence[int], indices: Indices) -> tuple[list[Devido], set[tuple[int, int]]]:
    """The contracts of a chunk and the titles made: (contract, sequencia)."""
    with transaction.atomic(), connection.cursor() as cursor:
        contabil = calendario()(contexto.referencia)  # its lock comes first, as in every posting
        devidos = _devidos(cursor, ids, contexto.referencia, indices, travar=not contexto.simulacao)
        momento = Momento(contexto.referencia, contabil, timezone.now(), contexto.execucao_id)
        novos = [
            linhas.titulo(d.contrato.id, d.devedor, trecho, momento)
            for d in devidos for trecho in d.fatura.trechos if trecho.valor
        ]  # fmt: skip
        if contexto.simulacao:
            return devidos, {(t.origem_id, t.sequencia) for t in novos}
        feitos = emitir_novos(cursor, novos, agora=momento.agora)
        _gravar(cursor, devidos, momento)
        contexto.confirmar()
    return devidos, set(feitos)


def _gravar(cursor: CursorWrapper, devidos: Sequence[Devido], momento: Momento) -> None:
    cobrancas = [linhas.cobranca(d.contrato.id, trecho, momento) for d in devidos for trecho in d.fatura.trechos]
    rotina = Ator("rotina", CAMINHO)
    reajustes = [
        (d.contrato.id, *feito, "", str(rotina), momento.execucao_id, momento.agora)
        for d in devidos for feito in d.fatura.reajustes
    ]  # fmt: skip
    # `Reajustado` is the columns from devido_em to valor_novo, in their order
    linhas.inserir_novas(cursor, "jazigos_reajuste", linhas.COLUNAS_REAJUSTE, reajustes)
    linhas.inserir_novas(cursor, "jazigos_cobranca", linhas.COLUNAS_COBRANCA, cobrancas)
    estados = [
        linhas.estado(d.fatura.depois, d.fatura.falta, d.pendente_desde or momento.dia)
        for d in devidos if d.fatura.trechos or d.fatura.reajustes or d.fatura.falta != d.pendencia
    ]  # fmt: skip
    linhas.mover_contratos(cursor, estados)
    registrar_varios([_ato(d) for d in devidos if d.fatura.reajustes], ator=rotina, objeto=OBJETO)


def _ato(devido: Devido) -> Ato:
    antes, depois = devido.contrato, devido.fatura.depois
    return Ato(
        "jazigos.valor_reajustado", str(antes.id),
        {"valor": antes.valor, "proximo_reajuste": antes.proximo_reajuste},
        {"valor": depois.valor, "proximo_reajuste": depois.proximo_reajuste},
    )  # fmt: skip


def _relatar(contexto: Contexto, devidos: Sequence[Devido], titulos: set[tuple[int, int]]) -> None:
    for devido in devidos:
        contrato, fatura = devido.contrato, devido.fatura
        for feito in fatura.reajustes:
            contexto.contar("contratos reajustados")
            contexto.somar("aumento por reajuste", feito.valor_novo - feito.valor_anterior)
        for trecho in fatura.trechos:
            if (contrato.id, rules.sequencia(trecho.competencia)) not in titulos:
                contexto.contar("já cobradas" if trecho.valor else "sem valor a cobrar")
                continue
            contexto.contar("recebimentos gerados")
            contexto.somar("valor gerado", trecho.valor)
            if contexto.simulacao:
                dias = f"{trecho.inicio:%d/%m/%Y} a {trecho.fim:%d/%m/%Y}"
                descricao = f"J{contrato.id}, {dias}, vence {trecho.vencimento:%d/%m/%Y}"
                contexto.item(OBJETO, str(contrato.id), descricao, trecho.valor)
        if fatura.falta:
            contexto.falhar(OBJETO, str(contrato.id), f"J{contrato.id}: {fatura.falta}")


def _proximos(ate: date, depois_de: tuple[date, int], lote: int) -> list[tuple[date, int]]:
    """(day, contract) of the due, oldest first, by the index `contrato_gerar`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT gerar_em, id FROM jazigos_contrato WHERE gerar_em <= %s AND (gerar_em, id) > (%s, %s)
               ORDER BY gerar_em, id LIMIT %s""",
            [ate, *depois_de, lote],
        )
        return [(dia, numero) for dia, numero in cursor.fetchall()]


def _devidos(cursor: CursorWrapper, ids: Sequence[int], ate: date, indices: Indices, *, travar: bool) -> list[Devido]:
    cursor.execute(_DEVIDOS + (" FOR UPDATE OF k" if travar else ""), [list(ids), ate])
    return [_ler(linha, ate, indices) for linha in cursor.fetchall()]


def _ler(linha: Sequence[Any], ate: date, indices: Indices) -> Devido:
    *campos, filial, cliente, documento, pendencia, desde = linha
    contrato = Situacao._make(campos)
    devedor = Devedor(filial, cliente, documento if len(documento) <= 14 else "")
    return Devido(contrato, devedor, pendencia, desde, rules.faturar(contrato, ate, indices))
