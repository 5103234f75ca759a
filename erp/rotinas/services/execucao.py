"""Running a routine, never over itself."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from auditoria.services import Ator
from erp.rotinas import registro
from erp.rotinas.models import Execucao
from erp.rotinas.registro import Rotina, RotinaDesconhecida
from erp.rotinas.services.estados import mover
from erp.rotinas.services.limpeza import esquecer_vazias, interromper_mortas
from erp.rotinas.services.trabalho import trabalhar

Situacao = Execucao.Situacao


def executar(
    caminho: str,
    *,
    iniciada_por: Ator | str,
    agendada_para: datetime | None = None,
    referencia: date | None = None,
    simulacao: bool = False,
) -> Execucao:
    """Run a routine now, in this process, and return its execution.

    1. Whoever ran it and died is marked interrupted.
    2. The execution is inserted as running; a unique index lets one in, the second is recorded as skipped.
    3. It works (`trabalhar`).

    `referencia` is a day: by default that of `agendada_para`, else today. When it has ended well for it already, the
    execution is recorded as skipped. An exception of the routine never leaves here. A second call for the same
    `agendada_para` returns the first's execution and does nothing. Raises `RotinaDesconhecida`.
    """
    rotina = registro.obter(caminho)
    interromper_mortas(rotina.caminho)
    dia = referencia or timezone.localdate(agendada_para)
    campos: dict[str, Any] = {
        "rotina": rotina.caminho,
        "iniciada_por": str(iniciada_por),
        "agendada_para": agendada_para,
        "referencia": rotina.referencia_de(dia),
        "simulacao": simulacao,
    }
    execucao, nossa = _comecar(rotina, campos)
    return trabalhar(rotina, execucao) if nossa else execucao


def ja_feita(rotina: str, referencia: date | None) -> Execucao | None:
    """The run of a routine that ended well for a reference."""
    if referencia is None:
        return None
    feitas = Execucao.objects.filter(rotina=rotina, referencia=referencia, situacao=Situacao.SUCESSO, simulacao=False)
    return feitas.first()


def executar_pendentes() -> int:
    """Run what staff asked for ("executar agora"), oldest first; returns how many were taken."""
    tomadas = 0
    while execucao := _tomar_pendente():
        tomadas += 1
        if execucao.situacao == Situacao.EXECUTANDO:
            trabalhar(registro.obter(execucao.rotina), execucao)
    return tomadas


def _comecar(rotina: Rotina, campos: dict[str, Any]) -> tuple[Execucao, bool]:
    agora = timezone.now()
    if not campos["simulacao"] and (feita := ja_feita(rotina.caminho, campos["referencia"])):
        return _pular(rotina, campos, agora, _feita_por(feita)), False
    try:
        with transaction.atomic():
            return Execucao.objects.create(
                **campos, situacao=Situacao.EXECUTANDO, criada_em=agora, iniciada_em=agora, heartbeat=agora
            ), True
    except IntegrityError:
        return _pular(rotina, campos, agora, _quem_esta(rotina.caminho)), False


def _pular(rotina: Rotina, campos: dict[str, Any], agora: datetime, motivo: str) -> Execucao:
    if campos["agendada_para"] is not None:
        mesma = Execucao.objects.filter(rotina=rotina.caminho, agendada_para=campos["agendada_para"]).first()
        if mesma:
            return mesma
    execucao = Execucao.objects.create(
        **campos, situacao=Situacao.PULADA, criada_em=agora, terminada_em=agora, erro=motivo
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
            mover(execucao, Situacao.EXECUTANDO, iniciada_em=agora, heartbeat=agora)
    except RotinaDesconhecida as erro:
        mover(execucao, Situacao.ERRO, terminada_em=agora, erro=str(erro))
    except IntegrityError:
        mover(execucao, Situacao.PULADA, terminada_em=agora, erro=_quem_esta(execucao.rotina))
    execucao.refresh_from_db()
    return execucao


def _feita_por(feita: Execucao) -> str:
    return f"A execução {feita.pk} já terminou bem para a mesma referência."


def _quem_esta(caminho: str) -> str:
    outra = Execucao.objects.filter(rotina=caminho, situacao=Situacao.EXECUTANDO).first()
    return f"A execução {outra.pk} desta rotina ainda estava em curso." if outra else "Outra execução estava em curso."
