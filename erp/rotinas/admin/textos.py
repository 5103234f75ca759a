"""How moments, spans, money and outcomes of routines look to staff."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import number_format

from erp.rotinas import registro
from erp.rotinas.models import Execucao
from erp.rotinas.registro import DA_COMPETENCIA

VAZIO = "–"
Situacao = Execucao.Situacao
CORES = {
    Situacao.PENDENTE: "info",
    Situacao.EXECUTANDO: "info",
    Situacao.SUCESSO: "success",
    Situacao.PULADA: "default",
    Situacao.ERRO: "danger",
    Situacao.INTERROMPIDA: "danger",
    Situacao.SUCESSO_COM_FALHAS: "warning",
    Situacao.AGUARDA_APROVACAO: "warning",
    Situacao.PERDIDA: "danger",
}
_COM_ACENTO = {
    "execucoes": "execuções",
    "formularios": "formulários",
    "mudancas": "mudanças",
    "nao": "não",
    "titulos": "títulos",
}
_SEMANA = ("seg", "ter", "qua", "qui", "sex", "sáb", "dom")


def numero(n: int) -> str:
    return str(number_format(n, force_grouping=True))


def quantos(n: int, um: str, varios: str) -> str:
    """`1 contrato`, `1.234 contratos`."""
    return f"{numero(n)} {um if n == 1 else varios}"


def contado(nome: str) -> str:
    """What a count is called: the names of the system's own are ASCII, and staff read Portuguese."""
    return " ".join(_COM_ACENTO.get(palavra, palavra) for palavra in nome.split("_"))


def reais(valor: Decimal) -> str:
    """`R$ 1.234,50`."""
    return f"R$ {number_format(valor, 2, force_grouping=True)}"


def momento(quando: datetime | None) -> str:
    return timezone.localtime(quando).strftime("%d/%m/%Y %H:%M:%S") if quando else VAZIO


def titulo_da(caminho: str) -> str:
    """What the routine is called; its path when the system no longer has it."""
    rotina = registro.procurar(caminho)
    return rotina.titulo if rotina else caminho


def referencia(caminho: str, quando: date | None) -> str:
    """What a run is for, as the routine counts: `21/11/2026`, or `11/2026` when it is of a month."""
    if quando is None:
        return VAZIO
    rotina = registro.procurar(caminho)
    do_mes = rotina is not None and rotina.referencia is DA_COMPETENCIA
    return quando.strftime("%m/%Y" if do_mes else "%d/%m/%Y")


def nome_do_dia(quando: datetime, agora: datetime) -> str:
    """`ontem`, `hoje`, `amanhã`, `dom 29/11`; with the year if another."""
    local, hoje = timezone.localtime(quando), timezone.localtime(agora).date()
    ano = f"/{local.year}" if local.year != hoje.year else ""
    nomes = {-1: "ontem", 0: "hoje", 1: "amanhã"}
    return nomes.get((local.date() - hoje).days) or f"{_SEMANA[local.weekday()]} {local:%d/%m}{ano}"


def marcado(quando: datetime, agora: datetime) -> str:
    """A moment of the schedule: `hoje às 21:00`, `amanhã à 01:00`, `dom 29/11 às 04:00`."""
    local = timezone.localtime(quando)
    segundos = f":{local:%S}" if local.second else ""
    return f"{nome_do_dia(quando, agora)} {'à' if local.hour == 1 else 'às'} {local:%H:%M}{segundos}"


def duracao(tempo: timedelta | None) -> str:
    """`menos de 0,1 s`, `0,3 s`, `12,4 s`, `3 min 20 s`, `1 h 05 min`."""
    if tempo is None:
        return VAZIO
    segundos = max(0.0, tempo.total_seconds())
    if segundos < 0.05:
        return "menos de 0,1 s"
    if segundos < 59.95:
        return f"{segundos:.1f} s".replace(".", ",")
    minutos, resto = divmod(round(segundos), 60)
    if minutos < 60:
        return f"{minutos} min {resto:02} s"
    return f"{minutos // 60} h {minutos % 60:02} min"


def ha(quando: datetime, agora: datetime) -> str:
    """`há 12 min`, `há 3 h`, `há 2 dias`."""
    minutos = max(0, int((agora - quando).total_seconds() // 60))
    if minutos < 60:
        return f"há {minutos} min" if minutos else "agora mesmo"
    if minutos < 60 * 24:
        return f"há {minutos // 60} h"
    return f"há {quantos(minutos // (60 * 24), 'dia', 'dias')}"


def daqui_a(quando: datetime, agora: datetime) -> str:
    """`daqui a 7 h`, `daqui a 3 dias`."""
    minutos = max(0, round((quando - agora).total_seconds() / 60))
    if minutos < 1:
        return "daqui a instantes"
    if minutos < 120:
        return f"daqui a {minutos} min"
    if minutos < 60 * 48:
        return f"daqui a {minutos // 60} h"
    return f"daqui a {minutos // (60 * 24)} dias"
