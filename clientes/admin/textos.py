"""Counts, ages and moments in words, for the Monitor's pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from clientes.monitor.selectors import Contagem


def numero(n: int) -> str:
    """`1.234`."""
    return f"{n:,}".replace(",", ".")


def quantos(n: int, um: str, varios: str) -> str:
    """`1 cliente`, `1.234 clientes`."""
    return f"{numero(n)} {um if n == 1 else varios}"


def contagem(c: Contagem) -> str:
    """`12`, or `mais de 10.000`."""
    return f"mais de {numero(c.quantos)}" if c.mais else numero(c.quantos)


def idade(t: timedelta) -> str:
    """`8 s`, `3 min`, `2 h 5 min`, `4 dias`."""
    segundos = int(t.total_seconds())
    if segundos < 60:
        return f"{segundos} s"
    minutos = segundos // 60
    if minutos < 60:
        return f"{minutos} min"
    horas, minutos = divmod(minutos, 60)
    if horas < 48:
        return f"{horas} h {minutos} min" if minutos else f"{horas} h"
    return f"{horas // 24} dias"


def momento(quando: datetime | None) -> str:
    return f"{timezone.localtime(quando):%d/%m/%Y %H:%M:%S}" if quando else "–"


def endereco(nome: str, *args: object) -> str:
    """An address of the admin; empty where there is no such page."""
    try:
        return reverse(f"admin:{nome}", args=list(args) or None)
    except NoReverseMatch:
        return ""
