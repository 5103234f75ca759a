"""What staff do to a schedule: change it, pause it, let it go on.

The tick runs before the change, so that what came due belongs to the former schedule, and after it, so that the new one
counts from this very moment: what the page promised for the next seconds is not lost between two turns.
"""

import json

from django.contrib.auth.models import User
from django.db import transaction
from django_celery_beat.models import PeriodicTask

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.rotinas.agenda import Cada
from erp.rotinas.crontab import Cron
from erp.rotinas.models import RotinaAgendada
from erp.rotinas.palavras import agenda_em_palavras
from erp.rotinas.services.agendas import TAREFA
from erp.rotinas.services.batida import esperar_a_vez, tique
from erp.rotinas.tarefas import agenda_da, apontar, em_palavras

PERMISSAO_AGENDA = "django_celery_beat.change_periodictask"


@sensivel("rotinas.agenda_mudada")
@transaction.atomic
def mudar_agenda(*, rotina_id: int, agenda: Cada | Cron, vista: str, usuario: User, motivo: str) -> RotinaAgendada:
    """Give a routine another schedule; whether it is paused stays as it is.

    `vista` is the schedule, in words, that the person had in sight. Raises `ErroDefinitivo`: AGENDA_MUDOU when it is
    another one by now, AGENDA_IGUAL when there is nothing to change, or as `_travar` does.
    """
    esperar_a_vez()
    tique()
    rotina = _travar(rotina_id)
    antes = em_palavras(rotina.agenda)
    if antes != vista:
        raise ErroDefinitivo(
            "AGENDA_MUDOU", f"Alguém mudou esta agenda enquanto isso: agora é {antes}.", "Confira e grave de novo."
        )
    atual = agenda_da(rotina.agenda)
    if atual is not None and agenda_em_palavras(atual) == agenda_em_palavras(agenda):
        raise ErroDefinitivo("AGENDA_IGUAL", f"A agenda já é esta: {antes}.", "Nada foi mudado.")
    tarefa = rotina.agenda or _nova_tarefa(rotina)
    apontar(tarefa, agenda)
    tarefa.save()
    if rotina.agenda_id != tarefa.pk:
        rotina.agenda = tarefa
        rotina.save(update_fields=["agenda"])
    tique()
    _auditar("rotinas.agenda_mudada", rotina, usuario, motivo, {"agenda": antes}, {"agenda": em_palavras(tarefa)})
    return rotina


@sensivel("rotinas.pausada")
@transaction.atomic
def pausar(*, rotina_id: int, usuario: User, motivo: str) -> bool:
    """Switch the schedule off: nothing comes due until somebody resumes it. False when it was off already."""
    return _ligar(rotina_id, False, usuario, motivo)


@sensivel("rotinas.retomada")
@transaction.atomic
def retomar(*, rotina_id: int, usuario: User, motivo: str = "") -> bool:
    """Switch the schedule on; what would have run meanwhile is not made up for. False when it was on already."""
    return _ligar(rotina_id, True, usuario, motivo)


def _ligar(rotina_id: int, ligada: bool, usuario: User, motivo: str) -> bool:
    esperar_a_vez()
    tique()
    rotina = _travar(rotina_id)
    tarefa = rotina.agenda
    if tarefa is None:
        raise ErroDefinitivo("SEM_AGENDA", f"{rotina.titulo} não tem agenda.", "Mude a agenda dela, e então retome.")
    if tarefa.enabled == ligada:
        return False
    antes = em_palavras(tarefa)
    tarefa.enabled = ligada
    tarefa.save()
    tique()
    acao = "rotinas.retomada" if ligada else "rotinas.pausada"
    _auditar(acao, rotina, usuario, motivo, {"agenda": antes}, {"agenda": em_palavras(tarefa)})
    return True


def _travar(rotina_id: int) -> RotinaAgendada:
    """The routine, locked. Raises `ErroDefinitivo` ROTINA_APOSENTADA or ROTINA_NAO_CONFIGURADA."""
    rotina = RotinaAgendada.objects.select_for_update().get(pk=rotina_id)
    if not rotina.declarada:
        raise ErroDefinitivo("ROTINA_APOSENTADA", f"{rotina.titulo} não existe mais no sistema.", "Nada a fazer.")
    if not rotina.configurada:
        raise ErroDefinitivo(
            "ROTINA_NAO_CONFIGURADA", f"{rotina.titulo} ainda não está configurada.", "Ela não roda até que esteja."
        )
    return rotina


def _nova_tarefa(rotina: RotinaAgendada) -> PeriodicTask:
    """In place of a schedule that somebody deleted."""
    nome = f"{rotina.titulo} ({rotina.caminho})"
    return PeriodicTask(name=nome, task=TAREFA, args=json.dumps([rotina.caminho]), description=rotina.descricao)


def _auditar(
    acao: str, rotina: RotinaAgendada, usuario: User, motivo: str, antes: dict[str, str], depois: dict[str, str]
) -> None:
    registrar(
        acao=acao,
        ator=ator_usuario(usuario),
        objeto="rotinas.RotinaAgendada",
        objeto_id=str(rotina.pk),
        antes=antes,
        depois={"rotina": rotina.caminho, **depois},
        motivo=motivo,
    )
