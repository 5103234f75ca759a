"""How the queue's values look to a clerk: numbers, moments, spans, labels."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import number_format

from filas.models import Mensagem, Tentativa

VAZIO = "–"
Situacao = Mensagem.Situacao
Resultado = Tentativa.Resultado
NOMES = {
    Situacao.PENDENTE: "Pendente",
    Situacao.ENVIANDO: "Enviando",
    Situacao.SUCESSO: "Sucesso",
    Situacao.CANCELADA: "Cancelada",
    Situacao.ERRO: "Erro",
}
CORES = {
    Situacao.PENDENTE: "warning",
    Situacao.ENVIANDO: "info",
    Situacao.SUCESSO: "success",
    Situacao.CANCELADA: "default",
    Situacao.ERRO: "danger",
}
CORES_DO_RESULTADO = {
    Resultado.SUCESSO: "success",
    Resultado.ERRO: "danger",
    Resultado.ADIADA: "warning",
    Resultado.ABANDONADA: "default",
    Resultado.DESISTIDA: "default",
}


def numero(n: int) -> str:
    return str(number_format(n, force_grouping=True))


def quantas(n: int, um: str = "mensagem", varios: str = "mensagens") -> str:
    """`1 mensagem`, `1.234 mensagens`."""
    return f"{numero(n)} {um if n == 1 else varios}"


def data_hora(quando: datetime | None) -> str:
    return timezone.localtime(quando).strftime("%d/%m/%Y %H:%M:%S") if quando else VAZIO


def curta(quando: datetime | None) -> str:
    """`hoje, 10:12`, or the day and the hour."""
    if quando is None:
        return VAZIO
    local = timezone.localtime(quando)
    return f"hoje, {local:%H:%M}" if local.date() == timezone.localdate() else f"{local:%d/%m/%Y %H:%M}"


def duracao(tempo: timedelta) -> str:
    """`40 s`, `12 min`, `3 h 20 min`, `2 dias`; never below zero."""
    segundos = max(0, int(tempo.total_seconds()))
    if segundos < 60:
        return f"{segundos} s"
    minutos = segundos // 60
    if minutos < 60:
        return f"{minutos} min"
    horas, resto = divmod(minutos, 60)
    if horas < 24:
        return f"{horas} h {resto} min" if resto else f"{horas} h"
    return quantas(horas // 24, "dia", "dias")


def ha(quando: datetime | None, agora: datetime) -> str:
    return f"há {duracao(agora - quando)}" if quando else "nunca"


def daqui_a(quando: datetime | None, agora: datetime) -> str:
    """`daqui a 40 s`; what is past is due."""
    if quando is None or quando <= agora:
        return "assim que houver vaga"
    return f"daqui a {duracao(quando - agora)}"


def segundos(tempo: object) -> str:
    """`0,123 s`."""
    return VAZIO if tempo is None else f"{tempo:.3f} s".replace(".", ",")
