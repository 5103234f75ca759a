"""The tick: times of the schedules become executions, once each, whoever ticks and however often."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from erp.rotinas import registro
from erp.rotinas.horarios import Devidos, horario_de
from erp.rotinas.models import AlarmeRotina, Batida, Execucao, RotinaAgendada
from erp.rotinas.registro import Recuperacao, Rotina
from erp.rotinas.services.alarmes import alarmar
from erp.rotinas.services.estados import nao_congelar
from erp.rotinas.textos import hora_e_dia, quantos_horarios

TRAVA: Final = "rotinas.batida"
MAXIMO: Final = 400  # times taken up at once by the policy `TODAS`
RELOGIO_VOLTOU: Final = timedelta(minutes=1)
AGENDA = "sistema:agenda"
Situacao = Execucao.Situacao
VIVAS = (Situacao.PENDENTE, Situacao.EXECUTANDO)


def tique(agora: datetime | None = None) -> int:
    """Make the executions that are due as rows, and return how many wait to run.

    1. One tick at a time: whoever comes second leaves, for the first does the same.
    2. Each schedule says its times since the last one it became; a schedule just made, edited or switched on starts
       counting now; one seen in the future (the clock went back) as well, and what it already made is not made again.
    3. Of the times that nobody saw pass, the routine's policy says which run; the others are recorded as missed.

    A death midway undoes it all. A frozen process loses its turn: the server ends its transaction.
    """
    agora = agora or timezone.now()
    with transaction.atomic():
        if not _minha_vez():
            return 0
        linhas = RotinaAgendada.objects.filter(declarada=True).order_by("caminho")
        com_agenda = linhas.select_related("agenda__interval", "agenda__crontab")
        feitas = sum(_agendar(linha, agora) for linha in com_agenda)
        Batida.objects.update_or_create(pk=1, defaults={"em": agora})
    return feitas


def esperar_a_vez() -> None:
    """Keep every other tick out until this transaction ends: no schedule changes while one is being read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [TRAVA])


def tique_se_preciso() -> int:
    """`tique`, unless one was made in this very second: what is due in it was seen, for times are whole seconds."""
    agora = timezone.now()
    ultima = Batida.objects.values_list("em", flat=True).first()
    if ultima is not None and agora.replace(microsecond=0) <= ultima <= agora + RELOGIO_VOLTOU:
        return 0
    return tique(agora)


def _minha_vez() -> bool:
    nao_congelar()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [TRAVA])
        linha = cursor.fetchone()
    return bool(linha and linha[0])


def _agendar(linha: RotinaAgendada, agora: datetime) -> int:
    horario = horario_de(linha.agenda) if linha.agenda and linha.agenda.enabled else None
    vista = "" if horario is None else repr(horario)[:400]
    visto_ate = linha.agendada_ate
    if vista != linha.agenda_vista or visto_ate is None or visto_ate > agora + RELOGIO_VOLTOU:
        RotinaAgendada.objects.filter(pk=linha.pk).update(agenda_vista=vista, agendada_ate=agora)
        return 0
    rotina = registro.procurar(linha.caminho)
    if horario is None or rotina is None or not rotina.configurada:
        return 0
    devidos = horario.devidos(visto_ate, agora, MAXIMO)
    if not devidos.ultimos:
        return 0
    RotinaAgendada.objects.filter(pk=linha.pk).update(agendada_ate=devidos.ultimos[-1])
    return _criar(rotina, devidos, agora)


def _criar(rotina: Rotina, devidos: Devidos, agora: datetime) -> int:
    if not rotina.guardar_vazias and Execucao.objects.filter(rotina=rotina.caminho, situacao__in=VIVAS).exists():
        return 0  # a tick that finds the last one at work has nothing to add
    rodam, perdidos = _pela_politica(rotina, devidos, agora)
    feitos = Execucao.objects.filter(rotina=rotina.caminho, agendada_para__in=rodam)
    novos = sorted(set(rodam) - set(feitos.values_list("agendada_para", flat=True)))  # the clock may have gone back
    Execucao.objects.bulk_create([_execucao(rotina, momento, agora) for momento in novos], ignore_conflicts=True)
    if rotina.guardar_vazias:
        _contar_perdidos(rotina, devidos, rodam, perdidos, agora)
    return len(novos)


def _pela_politica(rotina: Rotina, devidos: Devidos, agora: datetime) -> tuple[list[datetime], int]:
    """The times that run, and how many do not."""
    *_, ultimo = devidos.ultimos
    if rotina.recuperacao is Recuperacao.TODAS:
        rodam = devidos.ultimos
    elif rotina.recuperacao is Recuperacao.PULAR and agora - ultimo > settings.ROTINA_TOLERANCIA:
        rodam = []
    else:
        rodam = [ultimo]
    return rodam, devidos.quantos - len(rodam)


def _execucao(rotina: Rotina, momento: datetime, agora: datetime, **campos: Any) -> Execucao:
    return Execucao(
        **{
            "rotina": rotina.caminho,
            "situacao": Situacao.PENDENTE,
            "agendada_para": momento,
            "referencia": rotina.referencia_de(timezone.localdate(momento)),
            "criada_em": agora,
            "iniciada_por": AGENDA,
        }
        | campos
    )


def _contar_perdidos(rotina: Rotina, devidos: Devidos, rodam: list[datetime], perdidos: int, agora: datetime) -> None:
    """One row and one alarm for a stretch that nobody saw, however long: a day down is not a thousand rows."""
    atrasadas = [momento for momento in rodam if agora - momento > settings.ROTINA_TOLERANCIA]
    sem_rodar = [momento for momento in devidos.ultimos if momento not in rodam] if perdidos else []
    if sem_rodar and agora - sem_rodar[0] > settings.ROTINA_TOLERANCIA:
        texto = f"{quantos_horarios(perdidos)} sem rodar, até {hora_e_dia(sem_rodar[-1])}: ninguém viu a hora passar."
        perdida = _execucao(
            rotina, sem_rodar[-1], agora, situacao=Situacao.PERDIDA, terminada_em=agora, erro=texto,
            referencia=None, contagens={"horarios": perdidos},
        )  # fmt: skip
        Execucao.objects.bulk_create([perdida], ignore_conflicts=True)
        alarmar(rotina, AlarmeRotina.Tipo.PERDIDA, texto, agora=agora)
    elif atrasadas:
        texto = f"Não rodou na hora ({hora_e_dia(atrasadas[0])}); roda agora, atrasada."
        alarmar(rotina, AlarmeRotina.Tipo.PERDIDA, texto, agora=agora)
