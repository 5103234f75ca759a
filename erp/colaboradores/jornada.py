"""Working hours as people write them: `08:00-12:00 13:00-17:00`; `19:00-07:00` ends on the next day."""

import re
from functools import lru_cache

from erp.colaboradores.apuracao.valores import DIA, Trecho

_TRECHO = re.compile(r"(\d{1,2})[:h](\d{2})\s*(?:-|–|às|as|a)\s*(\d{1,2})[:h](\d{2})")
_FOLGAS = {"", "folga", "-", "–"}


@lru_cache(maxsize=4096)
def ler_horarios(texto: str) -> tuple[Trecho, ...]:
    """The stretches of a day, in order, ends past 24:00 when they are of the next day; a day off has none.

    `ValueError`, with what is wrong in Portuguese: unreadable, hours that do not exist, stretches that overlap or
    that together pass 24 hours.
    """
    limpo = texto.strip().lower()
    if limpo in _FOLGAS:
        return ()
    if sobra := _TRECHO.sub("", limpo).strip(" ,;/e"):
        raise ValueError(f"não entendi «{sobra}»; escreva como 08:00-12:00 13:00-17:00, ou folga")
    trechos: list[Trecho] = []
    for h1, m1, h2, m2 in _TRECHO.findall(limpo):
        inicio, fim = _minuto(h1, m1), _minuto(h2, m2)
        anterior = trechos[-1].fim if trechos else 0
        while inicio < anterior:
            inicio += DIA
        while fim <= inicio:
            fim += DIA
        trechos.append(Trecho(inicio, fim))
    if trechos[-1].fim - trechos[0].inicio > DIA:
        raise ValueError("os horários se sobrepõem ou passam de 24 horas")
    return tuple(trechos)


def mostrar_minutos(minutos: int) -> str:
    """`-1:05`: hours and minutes of an amount of time."""
    return f"{'-' if minutos < 0 else ''}{abs(minutos) // 60}:{abs(minutos) % 60:02d}"


def mostrar_hora(minuto: int) -> str:
    """The clock of a minute of the day; the next day's carry a mark: `07:00 (+1)`."""
    dias, resto = divmod(minuto, DIA)
    return f"{resto // 60:02d}:{resto % 60:02d}" + (f" ({dias:+d})" if dias else "")


def mostrar_horarios(trechos: tuple[Trecho, ...]) -> str:
    """As people write them."""
    return " ".join(f"{mostrar_hora(t.inicio % DIA)}-{mostrar_hora(t.fim % DIA)}" for t in trechos) or "folga"


def _minuto(hora: str, minuto: str) -> int:
    if int(hora) > 24 or int(minuto) > 59 or (int(hora) == 24 and int(minuto)):
        raise ValueError(f"{hora}:{minuto} não é um horário")
    return int(hora) * 60 + int(minuto)
