"""Executions that died, and executions too old to matter."""

from datetime import datetime, timedelta

from django.utils import timezone

from erp.rotinas.models import Execucao

SEM_SINAL = timedelta(minutes=2)
GUARDAR = timedelta(days=90)
Situacao = Execucao.Situacao


def interromper_mortas(caminho: str | None = None) -> int:
    """Mark as interrupted what gave no sign of life for `SEM_SINAL`; returns how many. Waits for a fence being held."""
    agora = timezone.now()
    mortas = Execucao.objects.filter(situacao=Situacao.EXECUTANDO, heartbeat__lt=agora - SEM_SINAL)
    if caminho is not None:
        mortas = mortas.filter(rotina=caminho)
    return mortas.update(
        situacao=Situacao.INTERROMPIDA,
        terminada_em=agora,
        erro=f"Sem sinal de vida por mais de {SEM_SINAL.seconds // 60} minutos: o processo que a executava morreu.",
    )


def esquecer_execucoes(antes_de: datetime | None = None) -> int:
    """Delete finished executions made before a moment (`GUARDAR` ago); returns how many."""
    limite = antes_de or timezone.now() - GUARDAR
    velhas = Execucao.objects.filter(criada_em__lt=limite).exclude(
        situacao__in=[Situacao.PENDENTE, Situacao.EXECUTANDO]
    )
    return velhas.delete()[0]


def esquecer_vazias(execucao: Execucao) -> None:
    """Keep only the newest of a routine's runs that found nothing to do, and of those skipped."""
    anteriores = Execucao.objects.filter(rotina=execucao.rotina, pk__lt=execucao.pk, agendada_para=None)
    anteriores.filter(situacao=execucao.situacao, contagens={}).delete()
