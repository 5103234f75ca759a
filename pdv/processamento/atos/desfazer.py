"""Undo generations outside the drain: what an operation did, without anything in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.backends.utils import CursorWrapper

from erp.cadastros.selectors import calendario
from erp.estoque import lancamentos as estoque
from erp.estoque.lancamentos import EstoqueNegativo
from erp.financeiro import lancamentos as financeiro
from erp.financeiro import quitacao
from filas.drain import TRANSITORIOS, ConflitoTransitorio, chave_da_trava
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.operacoes import estorno
from pdv.processamento.operacoes.cadastro import filiais_sem_negativo
from pdv.processamento.operacoes.drain import DrenoOperacoes
from pdv.replicacao.models import SituacaoProcessamento
from pdv.tabelas import Especie

ESPERA_POR_TRAVA = "10s"
OCUPADO = "o processamento está usando estas operações agora: tente de novo em instantes"


@contextmanager
def sem_o_dreno() -> Iterator[None]:
    """A transaction that waits for locks for a while only. Raises AcaoRecusada, with nothing done, when it waited in vain."""
    try:
        with transaction.atomic():
            yield
    except ConflitoTransitorio as erro:
        raise AcaoRecusada(OCUPADO) from erro
    except DatabaseError as erro:
        if getattr(erro.__cause__, "pgcode", None) in TRANSITORIOS:
            raise AcaoRecusada(OCUPADO) from erro
        raise


def parar_o_dreno(cursor: CursorWrapper, filiais: Sequence[int]) -> None:
    """Wait for the drains of these filiais, and hold them off until the transaction ends: the first lock of all."""
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [ESPERA_POR_TRAVA])
    for filial in sorted(set(filiais)):
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", chave_da_trava(DrenoOperacoes.nome, filial))


def estornar_geracoes(
    cursor: CursorWrapper, geracoes: Sequence[int], *, por: str, motivo: str, agora: datetime
) -> None:
    """Post the inverse of everything that `geracoes` did, and mark them as reversed. Nothing takes their place.

    The caller has stopped the drain, taken the lock of the periods, locked the staging rows and asked `bloqueios`. What
    a cancelamento of them undid is posted anew by the drain. Raises AcaoRecusada when stock would fall below zero where
    it may not, ConflitoTransitorio when a title was settled meanwhile.
    """
    if not geracoes:
        return
    _soltar_canceladas(cursor, geracoes)
    contabil = calendario()
    inversos = estorno.inversos(cursor, geracoes, contabil)
    try:
        estoque.lancar(cursor, inversos.movimentos, agora=agora, proibe_negativo=filiais_sem_negativo(cursor))
    except EstoqueNegativo as erro:
        raise AcaoRecusada(
            f"a filial não permite estoque negativo, e {len(erro.faltas)} produto(s) ficariam assim: "
            "lance a entrada ou o ajuste que falta e tente de novo"
        ) from erro
    financeiro.lancar(cursor, inversos.lancamentos, agora=agora)
    titulos = quitacao.titulos_de(cursor, origem=estorno.PDV, ids=geracoes)
    quitacao.travar_titulos(cursor, titulos)
    de_titulos = estorno.inversos_de_titulos(cursor, geracoes, contabil)
    financeiro.emitir(cursor, de_titulos.titulos, agora=agora)
    quitacao.quitar(cursor, de_titulos.baixas, agora=agora)
    if quitacao.excedidos(cursor, titulos):
        raise ConflitoTransitorio("um título mudou enquanto era estornado")
    n = len(geracoes)
    estorno.marcar_estornadas(cursor, geracoes, agora=agora, por=[por] * n, motivos=[motivo] * n)


def _soltar_canceladas(cursor: CursorWrapper, geracoes: Sequence[int]) -> None:
    """What a cancelamento had undone is pending again, as the drain does it: it is posted anew in the next batch."""
    cursor.execute(
        """UPDATE hiperpdv_operacao_pdv o SET situacao_replicacao = %s
           FROM pdv_geracao g WHERE g.id = ANY(%s) AND g.operacao = %s AND g.id_operacao_origem IS NOT NULL
             AND o.ponto_venda_id = g.ponto_venda_id AND o.instalacao = g.instalacao
             AND o.id_operacao = g.id_operacao_origem AND o.situacao_replicacao IN (2, 9)""",
        [SituacaoProcessamento.PENDENTE, list(geracoes), Especie.CANCELAMENTO],
    )
