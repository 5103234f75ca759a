"""Runs that take long: how long is the custom, and who passes three times that."""

from datetime import datetime, timedelta
from statistics import median
from typing import Final

from django.conf import settings
from django.utils import timezone

from erp.rotinas import registro
from erp.rotinas.models import AlarmeRotina, Execucao
from erp.rotinas.registro import Rotina
from erp.rotinas.services.alarmes import alarmar
from erp.rotinas.textos import duracao

AMOSTRA: Final = 20  # of the last that ended well
AMOSTRA_MINIMA: Final = 5
VEZES: Final = 3
Situacao = Execucao.Situacao
BOAS = (Situacao.SUCESSO, Situacao.SUCESSO_COM_FALHAS)


def costume(caminho: str) -> timedelta | None:
    """The median duration of a routine's last runs that ended well; None while they are too few to tell."""
    ultimas = Execucao.objects.filter(rotina=caminho, situacao__in=BOAS, simulacao=False).order_by("-pk")
    tempos = ultimas.values_list("iniciada_em", "terminada_em")[:AMOSTRA]
    duracoes = [(fim - inicio).total_seconds() for inicio, fim in tempos if inicio and fim]
    return timedelta(seconds=median(duracoes)) if len(duracoes) >= AMOSTRA_MINIMA else None


def conferir_demora(rotina: Rotina, execucao: Execucao, agora: datetime) -> bool:
    """Alarm on a run, over or not, that took three times its custom and more than `ROTINA_DEMORA_MINIMA`."""
    if execucao.simulacao or execucao.iniciada_em is None:
        return False
    levou = (execucao.terminada_em or agora) - execucao.iniciada_em
    if levou <= settings.ROTINA_DEMORA_MINIMA:
        return False
    habitual = costume(rotina.caminho)
    if habitual is None or levou <= VEZES * habitual:
        return False
    verbo = "Levou" if execucao.terminada_em else "Já leva"
    texto = f"{verbo} {duracao(levou)}; o costume é {duracao(habitual)}."
    alarmar(rotina, AlarmeRotina.Tipo.DEMOROU, texto, agora=agora, execucao=execucao)
    return True


def vigiar(agora: datetime | None = None) -> int:
    """Look at what is running, and at what waits for a free worker longer than it should; returns how many alarms."""
    agora = agora or timezone.now()
    alarmes = 0
    for execucao in Execucao.objects.filter(situacao=Situacao.EXECUTANDO):
        if (rotina := registro.procurar(execucao.rotina)) and not _ja_dito(execucao, AlarmeRotina.Tipo.DEMOROU):
            alarmes += conferir_demora(rotina, execucao, agora)
    paradas = Execucao.objects.filter(situacao=Situacao.PENDENTE, agendada_para__lt=agora - settings.ROTINA_TOLERANCIA)
    for execucao in paradas:
        if (rotina := registro.procurar(execucao.rotina)) and not _ja_dito(execucao, AlarmeRotina.Tipo.PERDIDA):
            texto = "Está na hora e nenhum trabalhador a tomou."
            alarmar(rotina, AlarmeRotina.Tipo.PERDIDA, texto, agora=agora, execucao=execucao)
            alarmes += 1
    return alarmes


def _ja_dito(execucao: Execucao, tipo: AlarmeRotina.Tipo) -> bool:
    return AlarmeRotina.objects.filter(execucao=execucao, tipo=tipo).exists()
