"""The registry's schedules as rows of django-celery-beat."""

import json

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from erp.rotinas import registro
from erp.rotinas.agenda import Cada
from erp.rotinas.models import RotinaAgendada
from erp.rotinas.registro import Rotina

TAREFA = "erp.rotinas.executar"


@transaction.atomic
def sincronizar_agendas() -> int:
    """Give each declared routine its row and, once, its schedule; returns how many schedules were created.

    A schedule that staff changed, switched off or deleted stays as they left it. A routine that the code no longer
    declares keeps its row and history, and its schedule is switched off. One without a body is made switched off.
    """
    declaradas = registro.todas()
    _aposentar([rotina.caminho for rotina in declaradas])
    return sum(_sincronizar(rotina) for rotina in declaradas)


def _sincronizar(rotina: Rotina) -> int:
    linha, _ = RotinaAgendada.objects.update_or_create(
        caminho=rotina.caminho,
        defaults={
            "titulo": rotina.titulo,
            "descricao": rotina.descricao,
            "declarada": True,
            "configurada": rotina.configurada,
        },
    )
    if linha.ligar_ao_configurar and rotina.configurada:
        _ligar(linha)
    if linha.agenda_criada:
        return 0
    linha.agenda = _criar_agenda(rotina)
    linha.agenda_criada, linha.ligar_ao_configurar = True, not rotina.configurada
    linha.save(update_fields=["agenda", "agenda_criada", "ligar_ao_configurar"])
    return 1


def _ligar(linha: RotinaAgendada) -> None:
    """A routine that got its body: the schedule that was made off for the lack of it goes on, once.

    One that somebody paused stays so, however often the settings of its provider come and go.
    """
    linha.ligar_ao_configurar = False
    linha.save(update_fields=["ligar_ao_configurar"])
    if linha.agenda is not None:
        linha.agenda.enabled = True
        linha.agenda.save()


def _criar_agenda(rotina: Rotina) -> PeriodicTask:
    agenda = rotina.agenda
    quando: dict[str, object]
    if isinstance(agenda, Cada):
        quando = {"interval": _intervalo(agenda.segundos)}
    else:
        dia = "*" if agenda.dia_da_semana is None else str(agenda.dia_da_semana)
        quando = {"crontab": _crontab(agenda.hora, agenda.minuto, dia)}
    tarefa, _ = PeriodicTask.objects.get_or_create(
        name=f"{rotina.titulo} ({rotina.caminho})",
        defaults={
            "task": TAREFA,
            "args": json.dumps([rotina.caminho]),
            "description": rotina.descricao,
            "enabled": rotina.configurada,
            **quando,
        },
    )
    return tarefa


def _intervalo(segundos: int) -> IntervalSchedule:
    campos = {"every": segundos, "period": IntervalSchedule.SECONDS}
    return IntervalSchedule.objects.filter(**campos).first() or IntervalSchedule.objects.create(**campos)


def _crontab(hora: int, minuto: int, dia: str) -> CrontabSchedule:
    campos = {
        "minute": str(minuto),
        "hour": str(hora),
        "day_of_week": dia,
        "day_of_month": "*",
        "month_of_year": "*",
        "timezone": settings.TIME_ZONE,
    }
    return CrontabSchedule.objects.filter(**campos).first() or CrontabSchedule.objects.create(**campos)


def _aposentar(declaradas: list[str]) -> None:
    sumidas = RotinaAgendada.objects.filter(declarada=True).exclude(caminho__in=declaradas)
    for linha in sumidas.select_related("agenda"):
        if linha.agenda is not None:
            linha.agenda.enabled = False
            linha.agenda.save()
        linha.declarada = False
        linha.save(update_fields=["declarada"])
