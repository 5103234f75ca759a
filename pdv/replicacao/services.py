"""Receiving a package: it is stored, nothing else. What it means is processed later."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from erp.cadastros.models import PontoVenda
from filas import acordar
from filas.drain import TRANSITORIOS, ConflitoTransitorio
from pdv.replicacao import armazem
from pdv.replicacao.armazem import Origem
from pdv.replicacao.codigos import CodigoPacote, PacoteRecusado
from pdv.replicacao.comandos import cumprir_com_a_chegada
from pdv.replicacao.conciliacao import Apanhado, conciliar_notas, conciliar_operacoes, conciliar_turnos
from pdv.replicacao.esquema import Resposta
from pdv.replicacao.instalacoes import situar
from pdv.replicacao.leitura import Lido, ler_pacote
from pdv.replicacao.rejeicoes import Rejeitada, registrar_rejeicoes, resolver_rejeicoes
from pdv.replicacao.rules import Limites

DESPERTADOR: Final = "pdv.processar"
TENTATIVAS: Final = 6
INTERVALO_DE_CONTATO: Final = timedelta(seconds=30)
PRIMEIRA_DATA: Final = datetime(2000, 1, 1, tzinfo=UTC)
ADIANTAMENTO: Final = timedelta(days=2)  # a till's clock may be wrong by a zone, not by a month
_CHAVE_REPETIDA: Final = "23505"
_TRAVA_DEMORADA: Final = "55P03"

log = structlog.get_logger(__name__)
T = TypeVar("T")


def limites_de(ponto_venda: PontoVenda, agora: datetime) -> Limites:
    """What a package of this till may hold now."""
    return Limites(
        id_ponto_venda=ponto_venda.codigo,
        desde=PRIMEIRA_DATA,
        ate=agora + ADIANTAMENTO,
        itens=settings.PDV_ITENS_MAXIMO,
        finalizadores=settings.PDV_FINALIZADORES_MAXIMO,
        linhas=settings.PDV_OPERACOES_MAXIMO,
        recebimentos=settings.PDV_RECEBIMENTOS_MAXIMO,
    )


def receber_pacote(
    *, corpo: bytes, ponto_venda: PontoVenda, agora: datetime | None = None, gravar: bool = True
) -> Resposta:
    """Store one unpacked package of a till, all of it in one transaction, and say what became of each row.

    Rows that cannot be stored are refused one by one and kept in `Rejeicao`; sending the same package again changes
    nothing. With `gravar` false (a key of homologação) everything is done and then undone.
    Raises PacoteRecusado when nothing of it can be read, or when the database kept refusing.
    """
    agora = agora or timezone.now()
    try:
        lido = ler_pacote(corpo, limites_de(ponto_venda, agora))
    except PacoteRecusado as recusa:
        if gravar:
            registrar_recusa(ponto_venda=ponto_venda, recusa=recusa, conteudo=corpo, agora=agora)
        raise
    resposta, apanhado = _insistir(lambda: _guardar(lido, ponto_venda, agora, gravar))
    if apanhado.existentes:
        log.info(
            "operações já existem na retaguarda; nada foi feito",
            ponto_venda=ponto_venda.codigo,
            instalacao=str(lido.instalacao),
            operacoes=apanhado.existentes,
        )
    return resposta


def registrar_recusa(
    *, ponto_venda: PontoVenda, recusa: PacoteRecusado, conteudo: bytes, agora: datetime | None = None
) -> None:
    """Keep that a whole request of this till was refused, with the beginning of what came."""
    rejeitada = Rejeitada("pacote", "", recusa.codigo, recusa.mensagem, conteudo)
    with transaction.atomic(), connection.cursor() as cursor:
        registrar_rejeicoes(
            cursor,
            ponto_venda_id=ponto_venda.pk,
            filial_id=ponto_venda.filial_id,
            rejeitadas=[rejeitada],
            agora=agora or timezone.now(),
        )


def _insistir(gravacao: Callable[[], T]) -> T:
    """Run a transaction again when another till's made it fail: the same note at the same time, a deadlock."""
    for tentativa in range(1, TENTATIVAS + 1):
        try:
            return gravacao()
        except (ConflitoTransitorio, DatabaseError) as erro:
            if not _vale_repetir(erro):
                raise
            log.warning("gravação do pacote repetida", tentativa=tentativa, motivo=str(erro))
            time.sleep(random.uniform(0, 0.02 * tentativa))
    raise PacoteRecusado(CodigoPacote.INDISPONIVEL)


def _vale_repetir(erro: Exception) -> bool:
    codigo = getattr(erro.__cause__, "pgcode", None)
    if isinstance(erro, IntegrityError):
        return codigo == _CHAVE_REPETIDA
    return isinstance(erro, ConflitoTransitorio) or (codigo in TRANSITORIOS and codigo != _TRAVA_DEMORADA)


def _guardar(lido: Lido, ponto_venda: PontoVenda, agora: datetime, gravar: bool) -> tuple[Resposta, Apanhado]:
    """One package into staging.

    1. Wait for other posts of the same till.
    2. Turnos, operations, notes: what is known is left alone, what is new goes in by COPY, what the till cancelled
       since it sent it becomes pending again.
    3. Commands that asked for one of these operations are fulfilled.
    4. Keep what was refused; what got in after a refusal is marked so.
    5. Wake the processing, once.
    """
    origem = Origem(ponto_venda.pk, ponto_venda.filial_id, lido.instalacao, agora)
    apanhado = Apanhado(entraram=[("pacote", "")])
    with transaction.atomic(), connection.cursor() as cursor:
        armazem.travar_ponto_venda(cursor, ponto_venda.pk)
        origem = situar(cursor, origem)
        resposta = Resposta(
            turnos=conciliar_turnos(cursor, origem, lido.turnos, apanhado),
            operacoes=conciliar_operacoes(cursor, origem, lido.operacoes, apanhado),
            notas=conciliar_notas(cursor, origem, lido.notas, apanhado),
        )
        if origem.ha_comandos:
            cumprir_com_a_chegada(cursor, origem, [o.id_operacao for o in resposta.operacoes])
        resolver_rejeicoes(cursor, ponto_venda_id=ponto_venda.pk, assuntos=apanhado.entraram, agora=agora)
        registrar_rejeicoes(
            cursor,
            ponto_venda_id=ponto_venda.pk,
            filial_id=ponto_venda.filial_id,
            rejeitadas=apanhado.rejeitadas,
            agora=agora,
        )
        registrar_contato(ponto_venda, lido.replicador, agora)
        if apanhado.ha_trabalho:
            acordar(DESPERTADOR)
        if not gravar:
            transaction.set_rollback(True)
    return resposta, apanhado


def registrar_contato(ponto_venda: PontoVenda, versao: str, agora: datetime) -> None:
    """Note that the till called, at most every 30 s, or at once when its replicator's version changed."""
    limite = agora - INTERVALO_DE_CONTATO
    recente = ponto_venda.ultimo_contato_em is not None and ponto_venda.ultimo_contato_em > limite
    if recente and ponto_venda.versao_replicador == versao:
        return
    atrasado = Q(ultimo_contato_em=None) | Q(ultimo_contato_em__lte=limite) | ~Q(versao_replicador=versao)
    PontoVenda.objects.filter(atrasado, pk=ponto_venda.pk).update(ultimo_contato_em=agora, versao_replicador=versao)
