"""What the apps above hand over, and what they get back: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True)
class Aviso:
    """A fact to be told to somebody, on one channel.

    `fato` names it for ever (`titulo:123:vence:-3`): handed over twice, it is told once. To a customer of the register
    by `codigo_cliente` (the address is the one of the day it goes), or to an `endereco`. `dados` fills in the template
    `modelo`; `nome`, `primeiro_nome` and `empresa` come by themselves unless they are given.
    Without a `canal`, it goes by the one that is in use for its template and reaches the customer (WhatsApp), else by
    e-mail, and by e-mail too when the other did not get there. It is not sent before `nao_antes_de` nor after `valido_ate`.
    """

    fato: str
    modelo: str
    dados: Mapping[str, str] = field(default_factory=dict)
    codigo_cliente: str = ""
    endereco: str = ""
    canal: str = ""
    nao_antes_de: datetime | None = None
    valido_ate: datetime | None = None


class Resumo(NamedTuple):
    """Of the facts handed over: those that are new, and those that were known already."""

    novos: int = 0
    repetidos: int = 0


class Entrega(NamedTuple):
    """The proof that a fact was told: when the other side took it, by what channel, and what it answered.

    `comunicado_id` is its row (the words it was told in), `token` what the message went out with (the Message-ID of an
    e-mail). By e-mail, taken means accepted by the mail server: nobody can prove that it was read.
    """

    fato: str
    canal: str
    em: datetime
    comunicado_id: int
    token: UUID
    codigo_cliente: str
    endereco: str  # masked
    retorno: str
