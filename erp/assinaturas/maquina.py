"""What a request to sign is, by all that was ever read of it: a pure function of a set of readings.

Order and repetition cannot matter, for a set has neither. The state is the highest that was read: a signature that was
given is never forgotten. What does not agree is not thrown away: it is said in `contradicoes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, NamedTuple


class Passo(IntEnum):
    """The states of a request, lowest first."""

    PREPARADA = 0
    ERRO = 1  # the provider refused to take it; below all the others, for it may turn out that it took it
    ENVIADA = 2
    ABERTA = 3
    CANCELADA = 4
    RECUSADA = 5
    ASSINADA = 6


ROTULOS: Final = {
    Passo.PREPARADA: "preparada", Passo.ERRO: "com erro", Passo.ENVIADA: "enviada", Passo.ABERTA: "aberta por quem assina",
    Passo.CANCELADA: "cancelada", Passo.RECUSADA: "recusada", Passo.ASSINADA: "assinada",
}  # fmt: skip
EM_CURSO: Final = frozenset({Passo.PREPARADA, Passo.ENVIADA, Passo.ABERTA})
COM_O_PROVEDOR: Final = (Passo.ENVIADA, Passo.ABERTA)
ENCERRADAS: Final = frozenset({Passo.CANCELADA, Passo.RECUSADA})
INTERVALO: Final = timedelta(minutes=15)  # less than the routine's, or every second run would find it not due
UM_DIA: Final = timedelta(days=1)
UMA_SEMANA: Final = timedelta(weeks=1)
RECENTE: Final = timedelta(days=30)  # after so long without news, an open one is asked about once a day
ATENTA: Final = timedelta(days=180)  # and then once a week


class Leitura(NamedTuple):
    """Something said of a request: the state, and when, by the clock of who said it."""

    passo: Passo
    em: datetime


class Estado(NamedTuple):
    """Where a request stands, and what does not agree, as sentences."""

    passo: Passo
    contradicoes: tuple[str, ...] = ()


def apurar(leituras: Iterable[Leitura]) -> Estado:
    """The state by the set of its readings; PREPARADA when there is none."""
    primeiras: dict[Passo, datetime] = {}
    ultimas: dict[Passo, datetime] = {}
    for passo, em in leituras:
        primeiras[passo] = min(em, primeiras.get(passo, em))
        ultimas[passo] = max(em, ultimas.get(passo, em))
    return Estado(max(primeiras, default=Passo.PREPARADA), tuple(_contradicoes(primeiras, ultimas)))


def consultar_depois(passo: Passo, mudou_em: datetime, agora: datetime, *, tem_arquivo: bool) -> datetime | None:
    """When to ask again; None: never.

    What is open, at every `INTERVALO`, and more seldom the longer nothing happens. What was cancelled or declined, once
    a day for `RECENTE`: a signature may arrive late. What was signed, until its file is kept.
    """
    ha = agora - mudou_em
    if passo == Passo.ASSINADA:
        return None if tem_arquivo else agora + INTERVALO
    if passo in ENCERRADAS:
        return agora + UM_DIA if ha < RECENTE else None
    if passo == Passo.ERRO:
        return None
    return agora + (INTERVALO if ha < RECENTE else UM_DIA if ha < ATENTA else UMA_SEMANA)


def _contradicoes(primeiras: dict[Passo, datetime], ultimas: dict[Passo, datetime]) -> Iterable[str]:
    assinada = primeiras.get(Passo.ASSINADA)
    for fim in sorted(ENCERRADAS & set(primeiras)):
        if assinada is not None:
            ordem = "antes de" if primeiras[fim] < assinada else "depois de"
            yield f"foi {ROTULOS[fim]} {ordem} ser assinada"
        for curso in COM_O_PROVEDOR:
            if curso in ultimas and ultimas[curso] > primeiras[fim]:
                yield f"o provedor disse {ROTULOS[curso]} depois de {ROTULOS[fim]}"
    if len(ENCERRADAS & set(primeiras)) > 1:
        yield "foi cancelada e também recusada"
    for curso in COM_O_PROVEDOR:
        if assinada is not None and curso in ultimas and ultimas[curso] > assinada:
            yield f"o provedor disse {ROTULOS[curso]} depois de assinada"
