"""Running a routine now, never over itself, and at most once for what it is for."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from auditoria.services import Ator
from erp.rotinas import registro
from erp.rotinas.models import Execucao
from erp.rotinas.registro import Rotina, RotinaNaoConfigurada
from erp.rotinas.services.estados import mover, posse
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
    2. The execution is inserted as running; a unique index lets one in, the second is recorded as skipped. So is one
       for a reference (a day: by default that of `agendada_para`, else today) for which it has ended well.
    3. It works (`trabalhar`).

    An exception of the routine never leaves here. A second call for the same `agendada_para` returns the first's
    execution and does nothing. Raises `RotinaDesconhecida`, `RotinaNaoConfigurada`.
    """
    rotina = registro.obter(caminho)
    if not rotina.configurada:
        raise RotinaNaoConfigurada
    interromper_mortas(rotina.caminho)
    campos: dict[str, Any] = {
        "rotina": rotina.caminho,
        "iniciada_por": str(iniciada_por),
        "agendada_para": agendada_para,
        "referencia": rotina.referencia_de(referencia or timezone.localdate(agendada_para)),
        "simulacao": simulacao,
    }
    execucao, nossa = _comecar(rotina, campos)
    return trabalhar(rotina, execucao) if nossa else execucao


def comecar(execucao: Execucao, agora: datetime, *, pode_esperar: bool) -> None:
    """Take a pending execution as running, or as skipped; in a transaction, its row locked.

    When another of its routine began this instant, one that `pode_esperar` is left as it was.
    """
    try:
        with transaction.atomic():
            mover(execucao, Situacao.EXECUTANDO, iniciada_em=agora, heartbeat=agora, **posse())
    except IntegrityError:
        if not pode_esperar:
            mover(execucao, Situacao.PULADA, terminada_em=agora, erro=quem_esta(execucao))
        return
    _pular_se_feita(execucao, agora)


def em_curso(rotina: str, *, simulacao: bool = False) -> Execucao | None:
    """The run of a routine that is at work."""
    return Execucao.objects.filter(rotina=rotina, situacao=Situacao.EXECUTANDO, simulacao=simulacao).first()


def quem_esta(execucao: Execucao) -> str:
    outra = em_curso(execucao.rotina, simulacao=execucao.simulacao)
    return f"A execução {outra.pk} desta rotina ainda estava em curso." if outra else "Outra execução estava em curso."


def _comecar(rotina: Rotina, campos: dict[str, Any]) -> tuple[Execucao, bool]:
    agora = timezone.now()
    try:
        with transaction.atomic():
            execucao = Execucao.objects.create(
                **campos, **posse(), situacao=Situacao.EXECUTANDO, criada_em=agora, iniciada_em=agora, heartbeat=agora
            )
            pulada = _pular_se_feita(execucao, agora)
    except IntegrityError:
        return _pular(rotina, campos, agora), False
    execucao.refresh_from_db()
    return execucao, not pulada


def _pular_se_feita(execucao: Execucao, agora: datetime) -> bool:
    """Looked at while this one holds the only place of those at work: nobody can end well in between."""
    if execucao.simulacao or execucao.referencia is None:
        return False
    iguais = Execucao.objects.filter(rotina=execucao.rotina, referencia=execucao.referencia, simulacao=False)
    feita = iguais.filter(situacao=Situacao.SUCESSO).first()
    if feita is None:
        return False
    execucao.situacao = Situacao.EXECUTANDO
    erro = f"A execução {feita.pk} já terminou bem para a mesma referência."
    return mover(execucao, Situacao.PULADA, terminada_em=agora, iniciada_em=None, heartbeat=None, erro=erro)


def _pular(rotina: Rotina, campos: dict[str, Any], agora: datetime) -> Execucao:
    if campos["agendada_para"] is not None:
        mesma = Execucao.objects.filter(rotina=rotina.caminho, agendada_para=campos["agendada_para"]).first()
        if mesma:
            return mesma
    execucao = Execucao(**campos, situacao=Situacao.PULADA, criada_em=agora, terminada_em=agora)
    execucao.erro = quem_esta(execucao)
    execucao.save()
    if not rotina.guardar_vazias:
        esquecer_vazias(execucao)
    return execucao
