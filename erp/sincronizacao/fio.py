"""The wire of the feeds: a page, its records, and the cursor between pages."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta, Struct

LIMITE_PADRAO: Final = 1000
LIMITE_MAXIMO: Final = 5000
FEED_LIGANDO: Final = (
    "FEED_LIGANDO"  # the code of a 503: the feed is being turned on, and each question brings it closer
)
_POSICAO: Final = re.compile(r"(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})", re.ASCII)

Posicao = Annotated[str, Meta(max_length=40)]


class Versao(NamedTuple):
    """Where a change stands: the transaction, and the order within it."""

    transacao: int
    ordem: int

    def __str__(self) -> str:
        return f"{self.transacao}.{self.ordem}"


INICIO: Final = Versao(0, 0)


def ler_versao(texto: str) -> Versao:
    """The position of a cursor; empty is the beginning. Raises ValueError."""
    if not texto:
        return INICIO
    achado = _POSICAO.fullmatch(texto)
    if achado is None:
        raise ValueError("esperado vazio ou o valor de `ate` de uma resposta")
    return Versao(int(achado[1]), int(achado[2]))


class Registro(Struct, kw_only=True, gc=False):
    """One record as it is now; `apagado` without `dados` is the tombstone of one that is gone."""

    chave: Annotated[str, Meta(max_length=20, pattern=r"^[^\x00]*\Z")]
    versao: Posicao
    em: datetime
    apagado: bool = False
    dados: msgspec.Raw = msgspec.Raw(b"null")


class Pagina(Struct, kw_only=True):
    """What a feed answers. Ask next with `desde` = `ate`; `epoca` other than before: ask from the beginning.

    `retido`: this is all that can be told now, and not all that there is.
    """

    entidade: str
    epoca: Annotated[str, Meta(max_length=80)]
    desde: Posicao
    ate: Posicao
    ha_mais: bool
    retido: bool = False
    registros: list[Registro]


codificar = msgspec.json.Encoder().encode
ler_pagina = msgspec.json.Decoder(Pagina).decode
