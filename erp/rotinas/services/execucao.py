"""Running a routine, never over itself."""

import logging
import traceback
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from auditoria.rules import mascarar_texto
from auditoria.services import Ator
from erp.rotinas import registro
from erp.rotinas.contexto import Contexto, Pulso
from erp.rotinas.models import Execucao
from erp.rotinas.registro import Rotina, RotinaDesconhecida
from erp.rotinas.services.limpeza import esquecer_vazias, interromper_mortas

logger = logging.getLogger(__name__)

Situacao = Execucao.Situacao
TAMANHO_DO_ERRO = 8000


def executar(caminho: str, *, iniciada_por: Ator | str, agendada_para: datetime | None = None) -> Execucao:
    """Run a routine now, in this process, and return its execution.

    1. Whoever ran it and died is marked interrupted.
    2. The execution is inserted as running; a unique index lets one in, the second is recorded as skipped.
    3. The routine works, with a heartbeat on another connection; it opens its own transactions.
    4. The outcome is written by a guarded UPDATE: success with the counts, or error with the traceback.

    An exception of the routine never leaves here. A second call for the same `agendada_para` returns the first's
    execution and does nothing. Raises `RotinaDesconhecida`.
    """
    rotina = registro.obter(caminho)
    interromper_mortas(rotina.caminho)
    execucao, nossa = _comecar(rotina, str(iniciada_por), agendada_para)
    return _trabalhar(rotina, execucao) if nossa else execucao


def executar_pendentes() -> int:
    """Run what staff asked for ("executar agora"), oldest first; returns how many were taken."""
    tomadas = 0
    while execucao := _tomar_pendente():
        tomadas += 1
        if execucao.situacao == Situacao.EXECUTANDO:
            _trabalhar(registro.obter(execucao.rotina), execucao)
    return tomadas


def _comecar(rotina: Rotina, iniciada_por: str, agendada_para: datetime | None) -> tuple[Execucao, bool]:
    agora = timezone.now()
    campos: dict[str, Any] = {"rotina": rotina.caminho, "iniciada_por": iniciada_por, "agendada_para": agendada_para}
    try:
        with transaction.atomic():
            return Execucao.objects.create(
                **campos, situacao=Situacao.EXECUTANDO, criada_em=agora, iniciada_em=agora, heartbeat=agora
            ), True
    except IntegrityError:
        return _pular(rotina, campos, agora), False


def _pular(rotina: Rotina, campos: dict[str, Any], agora: datetime) -> Execucao:
    if campos["agendada_para"] is not None:
        mesma = Execucao.objects.filter(rotina=rotina.caminho, agendada_para=campos["agendada_para"]).first()
        if mesma:
            return mesma
    execucao = Execucao.objects.create(
        **campos, situacao=Situacao.PULADA, criada_em=agora, terminada_em=agora, erro=_quem_esta(rotina.caminho)
    )
    if not rotina.guardar_vazias:
        esquecer_vazias(execucao)
    return execucao


@transaction.atomic
def _tomar_pendente() -> Execucao | None:
    """The oldest request, taken as running or skipped; two workers never take the same."""
    pendentes = Execucao.objects.select_for_update(skip_locked=True).filter(situacao=Situacao.PENDENTE)
    execucao = pendentes.order_by("pk").first()
    if execucao is None:
        return None
    agora = timezone.now()
    try:
        caminho = registro.obter(execucao.rotina).caminho
        interromper_mortas(caminho)
        with transaction.atomic():
            _mover(execucao, Situacao.EXECUTANDO, iniciada_em=agora, heartbeat=agora)
    except RotinaDesconhecida as erro:
        _mover(execucao, Situacao.ERRO, terminada_em=agora, erro=str(erro))
    except IntegrityError:
        _mover(execucao, Situacao.PULADA, terminada_em=agora, erro=_quem_esta(execucao.rotina))
    execucao.refresh_from_db()
    return execucao


def _trabalhar(rotina: Rotina, execucao: Execucao) -> Execucao:
    contexto = Contexto(execucao.pk)
    situacao, erro = Situacao.SUCESSO, ""
    try:
        with Pulso(execucao.pk):
            resultado = rotina.funcao(contexto) if rotina.recebe_contexto else rotina.funcao()
        contexto.contagens.update(_contagens(resultado))
    except Exception:
        logger.exception("A rotina %s falhou (execução %s).", rotina.caminho, execucao.pk)
        situacao, erro = Situacao.ERRO, mascarar_texto(traceback.format_exc())[-TAMANHO_DO_ERRO:]
        _largar_conexao_quebrada()
    contagens = {nome: n for nome, n in contexto.contagens.items() if n}
    if not _mover(execucao, situacao, terminada_em=timezone.now(), contagens=contagens, erro=erro):
        logger.error("A execução %s terminou depois de dada por interrompida.", execucao.pk)
    execucao.refresh_from_db()
    if situacao == Situacao.SUCESSO and not contagens and not rotina.guardar_vazias:
        esquecer_vazias(execucao)
    return execucao


def _mover(execucao: Execucao, para: Execucao.Situacao, **campos: Any) -> bool:
    """A guarded UPDATE from what was read; False when the row moved meanwhile."""
    if (execucao.situacao, para) not in Execucao.TRANSICOES:
        raise AssertionError(f"transição inexistente: {execucao.situacao} -> {para}")
    return bool(Execucao.objects.filter(pk=execucao.pk, situacao=execucao.situacao).update(situacao=para, **campos))


def _contagens(resultado: object) -> Mapping[str, int]:
    if resultado is None:
        return {}
    if not isinstance(resultado, Mapping) or not all(isinstance(n, int) for n in resultado.values()):
        raise TypeError(f"a rotina devolveu {resultado!r}; esperado: contagens por nome, ou nada")
    return resultado


def _quem_esta(caminho: str) -> str:
    outra = Execucao.objects.filter(rotina=caminho, situacao=Situacao.EXECUTANDO).first()
    return f"A execução {outra.pk} desta rotina ainda estava em curso." if outra else "Outra execução estava em curso."


def _largar_conexao_quebrada() -> None:
    """A routine that died of its connection must still be able to say so."""
    if not connection.in_atomic_block and connection.connection is not None and not connection.is_usable():
        connection.close()
