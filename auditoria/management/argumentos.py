"""What the commands of the trail are given on their lines."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date


def dia(texto: str) -> date:
    """A day as `2026-11-22`."""
    try:
        lido = date.fromisoformat(texto)
    except ValueError:
        lido = date.min
    if not 2000 <= lido.year < 3000:
        raise ArgumentTypeError(f"recebido {texto!r}; esperado um dia (2026-11-22)")
    return lido


def dia_ou_sequencia(texto: str) -> int | date:
    """A day, or the number of a seal: they begin with 1."""
    try:
        lido = int(texto) if texto.isdecimal() else dia(texto)
    except (ValueError, ArgumentTypeError):  # a number of thousands of digits is no number either
        lido = 0
    if lido == 0:
        raise ArgumentTypeError(f"recebido {texto[:40]!r}; esperado um dia (2026-11-22) ou uma sequência (1500)")
    return lido
