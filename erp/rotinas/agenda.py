"""When a routine runs, as plain values, and how that reads in Portuguese."""

import re
from dataclasses import dataclass

DIAS = ("dom", "seg", "ter", "qua", "qui", "sex", "sab")  # as cron numbers them: Sunday is 0
NOMES_DOS_DIAS = (
    "todo domingo",
    "toda segunda-feira",
    "toda terça-feira",
    "toda quarta-feira",
    "toda quinta-feira",
    "toda sexta-feira",
    "todo sábado",
)
_UNIDADES = ((86400, "dia", "dias"), (3600, "hora", "horas"), (60, "minuto", "minutos"), (1, "segundo", "segundos"))


@dataclass(frozen=True)
class Cada:
    """Every so many seconds."""

    segundos: int

    def __str__(self) -> str:
        return intervalo_em_palavras(self.segundos)


@dataclass(frozen=True)
class NoHorario:
    """At a time of the day in America/Sao_Paulo; every day, or on one day of the week (0 is Sunday)."""

    hora: int
    minuto: int
    dia_da_semana: int | None = None

    def __str__(self) -> str:
        return horario_em_palavras(self.hora, self.minuto, self.dia_da_semana)


Agenda = Cada | NoHorario


def cada(*, minutos: int = 0, segundos: int = 0) -> Cada:
    """Every `minutos` and `segundos`; `ValueError` when that is not a positive time."""
    total = minutos * 60 + segundos
    if total <= 0:
        raise ValueError(f"intervalo recebido: {total} s; esperado: ao menos 1 s")
    return Cada(total)


def diaria(horario: str) -> NoHorario:
    """Every day at `HH:MM`."""
    return NoHorario(*_ler(horario))


def semanal(dia: str, horario: str) -> NoHorario:
    """Every week on `dia` (`dom seg ter qua qui sex sab`) at `HH:MM`."""
    if dia not in DIAS:
        raise ValueError(f"dia recebido: {dia!r}; esperado um de: {', '.join(DIAS)}")
    return NoHorario(*_ler(horario), DIAS.index(dia))


def intervalo_em_palavras(segundos: int) -> str:
    """`a cada 8 minutos`, `a cada hora`, `a cada 90 segundos`: the largest unit that divides it."""
    for tamanho, singular, plural in _UNIDADES:
        if segundos % tamanho == 0:
            quantos = segundos // tamanho
            return f"a cada {singular}" if quantos == 1 else f"a cada {quantos} {plural}"
    raise AssertionError("one second divides every whole number")


def horario_em_palavras(hora: int, minuto: int, dia_da_semana: int | None) -> str:
    """`todo dia às 21:10`, `todo domingo às 04:00`, `todo dia à 01:00`."""
    quando = "todo dia" if dia_da_semana is None else NOMES_DOS_DIAS[dia_da_semana]
    crase = "à" if hora == 1 else "às"
    return f"{quando} {crase} {hora:02}:{minuto:02}"


def _ler(horario: str) -> tuple[int, int]:
    if not (lido := re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", horario)):
        raise ValueError(f"horário recebido: {horario!r}; esperado HH:MM, de 00:00 a 23:59")
    return int(lido[1]), int(lido[2])
