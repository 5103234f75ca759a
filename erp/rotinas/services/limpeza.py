"""Executions that died, and executions too old to matter."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from erp.rotinas import registro
from erp.rotinas.models import AlarmeRotina, Execucao
from erp.rotinas.registro import Rotina
from erp.rotinas.services.alarmes import alarmar

SEM_SINAL = timedelta(minutes=2)
GUARDAR = timedelta(days=90)
GUARDAR_BATIDAS = timedelta(days=7)
TENTATIVAS: Final = 3
POR_VEZ: Final = 500
Situacao = Execucao.Situacao
MORREU = f"Sem sinal de vida por mais de {SEM_SINAL.seconds // 60} minutos: o processo que a executava morreu."
# By the index of the empty ones: the kept ones of a busy tick are many.
SQL_VAZIAS = """
DELETE FROM rotinas_execucao e
WHERE rotina = %s AND id < %s AND situacao = %s AND contagens = '{}'::jsonb
  AND NOT EXISTS (SELECT FROM rotinas_linhaexecucao l WHERE l.execucao_id = e.id)
  AND NOT EXISTS (SELECT FROM rotinas_itemexecucao i WHERE i.execucao_id = e.id)
  AND NOT EXISTS (SELECT FROM rotinas_alarmerotina a WHERE a.execucao_id = e.id)
"""
SQL_LARGAR = """
SELECT pg_terminate_backend(pid) FROM pg_stat_get_activity(%s)
WHERE backend_start = %s AND pid <> pg_backend_pid() AND datid = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def interromper_mortas(caminho: str | None = None) -> int:
    """Mark as interrupted what gave no sign of life for `SEM_SINAL`; returns how many.

    Its connection is closed first, for the process may be frozen and not dead: what it had not committed is undone,
    and nothing waits for it. What it held locked this instant is left for the next call. An interrupted run is asked
    for again, up to `TENTATIVAS` times.
    """
    agora = timezone.now()
    sem_sinal = Q(heartbeat__lt=agora - SEM_SINAL) | Q(heartbeat__gt=agora + SEM_SINAL)  # or the clock went back
    mortas = Execucao.objects.filter(sem_sinal, situacao=Situacao.EXECUTANDO)
    if caminho is not None:
        mortas = mortas.filter(rotina=caminho)
    return sum(_interromper(execucao, agora) for execucao in mortas)


def _interromper(execucao: Execucao, agora: datetime) -> bool:
    largar_conexao(execucao)
    with transaction.atomic():
        ainda = Execucao.objects.select_for_update(skip_locked=True).filter(
            pk=execucao.pk, situacao=Situacao.EXECUTANDO, heartbeat=execucao.heartbeat
        )
        if not ainda.exists():
            return False
        Execucao.objects.filter(pk=execucao.pk).update(situacao=Situacao.INTERROMPIDA, terminada_em=agora, erro=MORREU)
        _seguir(execucao, agora)
    return True


def largar_conexao(execucao: Execucao) -> None:
    """Close the connection that serves a run, and no other that took its number since."""
    if execucao.conexao is None or execucao.conexao_desde is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(SQL_LARGAR, [execucao.conexao, execucao.conexao_desde])


def _seguir(execucao: Execucao, agora: datetime) -> None:
    rotina = registro.procurar(execucao.rotina)
    if rotina is None or execucao.simulacao:
        return
    alarmar(rotina, AlarmeRotina.Tipo.FALHOU, MORREU, agora=agora, execucao=execucao)
    pedir_de_novo(rotina, execucao, agora)


def pedir_de_novo(rotina: Rotina, execucao: Execucao, agora: datetime) -> None:
    """Ask again for a run that died, up to `TENTATIVAS` times: what it was for must not be lost. A tick comes by itself."""
    if not rotina.guardar_vazias or execucao.tentativa >= TENTATIVAS:
        return
    Execucao.objects.create(
        rotina=execucao.rotina,
        situacao=Situacao.PENDENTE,
        referencia=execucao.referencia,
        aprovacao_id=execucao.aprovacao_id,
        pedida_por_id=execucao.pedida_por_id,
        criada_em=agora,
        iniciada_por=f"retomada:{execucao.pk}",
        tentativa=execucao.tentativa + 1,
    )


def esquecer_execucoes(antes_de: datetime | None = None) -> int:
    """Delete finished executions made before a moment, in slices; returns how many.

    By default `GUARDAR` ago, and `GUARDAR_BATIDAS` ago for the ticks of the system, which are thousands a day.
    """
    agora = timezone.now()
    limite = antes_de or agora - GUARDAR
    apagadas = _apagar(Execucao.objects.filter(criada_em__lt=limite))
    if antes_de is None:
        do_sistema = [rotina.caminho for rotina in registro.todas() if not rotina.guardar_vazias]
        apagadas += _apagar(Execucao.objects.filter(criada_em__lt=agora - GUARDAR_BATIDAS, rotina__in=do_sistema))
    AlarmeRotina.objects.filter(desde__lt=limite).exclude(encerrado_em=None).delete()
    return apagadas


def _apagar(velhas: QuerySet[Execucao]) -> int:
    terminadas, apagadas = velhas.exclude(terminada_em=None).order_by("criada_em"), 0
    while vez := list(terminadas.values_list("pk", flat=True)[:POR_VEZ]):
        Execucao.objects.filter(pk__in=vez).delete()
        apagadas += len(vez)
    return apagadas


def esquecer_vazias(execucao: Execucao) -> None:
    """Keep only the newest of a routine's runs that found nothing to do, and of those skipped."""
    with connection.cursor() as cursor:
        cursor.execute(SQL_VAZIAS, [execucao.rotina, execucao.pk, execucao.situacao])
