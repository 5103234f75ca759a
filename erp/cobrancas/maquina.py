"""What a charge is, by all that was ever read of it: a pure function of a set of readings.

Order and repetition cannot matter, for a set has neither. One reading more never lowers the state: the state is the
highest that was read. What does not agree is not thrown away: it is said in `contradicoes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, NamedTuple


class Passo(IntEnum):
    """The states of a charge, lowest first. Paid is above cancelled: money that came is never forgotten."""

    CRIADA = 0
    ENVIADA = 1
    AGUARDANDO = 2
    EXPIRADA = 3
    CANCELADA = 4
    PAGA = 5
    LIQUIDADA = 6
    CONTESTADA = 7
    DEVOLVIDA_PARCIAL = 8
    DEVOLVIDA = 9


ROTULOS: Final = {
    Passo.CRIADA: "criada", Passo.ENVIADA: "pronta para pagar", Passo.AGUARDANDO: "aguardando", Passo.EXPIRADA: "expirada",
    Passo.CANCELADA: "cancelada", Passo.PAGA: "paga", Passo.LIQUIDADA: "liquidada", Passo.CONTESTADA: "contestada",
    Passo.DEVOLVIDA_PARCIAL: "devolvida em parte", Passo.DEVOLVIDA: "devolvida",
}  # fmt: skip
ABERTAS: Final = frozenset({Passo.CRIADA, Passo.ENVIADA, Passo.AGUARDANDO})
PAGAS: Final = frozenset({Passo.PAGA, Passo.LIQUIDADA})
DEPOIS_DE_PAGA: Final = frozenset({Passo.CONTESTADA, Passo.DEVOLVIDA_PARCIAL, Passo.DEVOLVIDA})
TERMINADAS: Final = frozenset({Passo.EXPIRADA, Passo.CANCELADA})
UM_DIA: Final = timedelta(days=1)
UMA_SEMANA: Final = timedelta(weeks=1)
# How long what has ended is still asked about (late payments, refunds, disputes): every day at first, then every week.
DIARIA: Final = timedelta(days=30)
ATENTA: Final = timedelta(days=180)


class Leitura(NamedTuple):
    """Something said of a charge: the state, and when, by the clock of who said it."""

    passo: Passo
    em: datetime


class Estado(NamedTuple):
    """Where a charge stands, and what does not agree, as sentences."""

    passo: Passo
    contradicoes: tuple[str, ...] = ()


def apurar(leituras: Iterable[Leitura]) -> Estado:
    """The state of a charge by the set of its readings; CRIADA when there is none."""
    primeiras: dict[Passo, datetime] = {}
    ultimas: dict[Passo, datetime] = {}
    for passo, em in leituras:
        primeiras[passo] = min(em, primeiras.get(passo, em))
        ultimas[passo] = max(em, ultimas.get(passo, em))
    return Estado(max(primeiras, default=Passo.CRIADA), tuple(_contradicoes(primeiras, ultimas)))


def cancelada_antes(leituras: Iterable[Leitura], pago_em: datetime) -> bool:
    """Whether the charge had been cancelled when this payment was made: its money is then nobody's instalment."""
    return any(leitura.passo == Passo.CANCELADA and leitura.em < pago_em for leitura in leituras)


def consultar_depois(passo: Passo, mudou_em: datetime, agora: datetime, intervalo: timedelta) -> datetime | None:
    """When to ask again: an open charge at every `intervalo`; one that ended, once a day for `DIARIA`, once a week
    until `ATENTA`; then never. `services.espera.seguir` says the same of many at once."""
    if passo in ABERTAS:
        return agora + intervalo
    ha = agora - mudou_em
    if ha < DIARIA:
        return agora + UM_DIA
    return agora + UMA_SEMANA if ha < ATENTA else None


def _contradicoes(primeiras: dict[Passo, datetime], ultimas: dict[Passo, datetime]) -> list[str]:
    achadas = []
    pagas = [primeiras[passo] for passo in PAGAS if passo in primeiras]
    if pagas and Passo.CANCELADA in primeiras:
        ordem = "antes de" if primeiras[Passo.CANCELADA] < min(pagas) else "depois de"
        achadas.append(f"foi cancelada {ordem} ser paga")
    if not pagas:
        achadas += [
            f"está {ROTULOS[passo]} sem nunca ter sido paga" for passo in sorted(DEPOIS_DE_PAGA & set(primeiras))
        ]
    else:
        voltas = [p for p in sorted(ABERTAS | {Passo.EXPIRADA}) if p in ultimas and ultimas[p] > min(pagas)]
        achadas += [f"o provedor disse {ROTULOS[passo]} depois de dizer paga" for passo in voltas]
        disputa = primeiras.get(Passo.CONTESTADA)
        provedor = ultimas.get(Passo.PAGA)
        if disputa and provedor and provedor > disputa:
            achadas.append("o provedor disse paga depois de contestada")
    abertas = [p for p in sorted(ABERTAS) if p in ultimas and Passo.CANCELADA in primeiras]
    achadas += [
        f"o provedor disse {ROTULOS[p]} depois de cancelada" for p in abertas if ultimas[p] > primeiras[Passo.CANCELADA]
    ]
    return achadas
