"""The plain values of a till's day, as they were read: what `rules` judges."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

ZERO = Decimal(0)


class Recebida(NamedTuple):
    """A staged operation of the day; `lancado` is the total of its live generation, None without one."""

    id: int
    instalacao: UUID
    id_operacao: int
    guid: UUID
    especie: int
    valor_total: Decimal
    cancelado: bool
    situacao: int
    aguarda: str
    data_hora_inicio: datetime
    recebido_em: datetime
    lancado: Decimal | None


class NotaDoDia(NamedTuple):
    """A received note; `documento` is the situação of its document alive, None without one."""

    id: int
    id_operacao: int | None
    instalacao: UUID
    chave: str
    numero: int
    serie: int
    situacao: int
    na_origem: str
    emissao: datetime
    valor_total: Decimal
    documento: str | None
    valor_documento: Decimal | None


class Declarado(NamedTuple):
    """What one manifest of the day says, as far as the comparison needs it."""

    instalacao: UUID
    recebido_em: datetime
    quantidade: int
    valor_total: Decimal
    canceladas: int
    notas: int
    notas_pendentes: int
    faixas: list[list[int]]
    pendentes: list[list[int]]
    ignoradas: list[list[int]]
    hash: str


class Leitura(NamedTuple):
    """Everything about a till's day. `canceladas_depois`: row ids of sales that a cancelamento operation undid."""

    declarados: list[Declarado]
    recebidas: list[Recebida]
    canceladas_depois: frozenset[int]
    notas: list[NotaDoDia]
    orfas: list[NotaDoDia]
    emite_nota: bool
