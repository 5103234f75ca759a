"""The bytes of an event, and the hash of a seal. Pure: docs/auditoria.md says the same for who has not this code.

Two events with the same content have the same bytes, written or read back, from PostgreSQL or from an archive. What is
sealed is read from the database, so nothing that a driver does to a value on the way in can come between.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import json
import struct
from datetime import UTC, datetime
from typing import Final, NamedTuple, NoReturn
from uuid import UUID

import msgspec

from auditoria.numeros import texto_canonico

VERSAO: Final = 1
DOMINIO: Final = b"retaguarda.auditoria.selo.v1\n"
ZERO: Final = bytes(32)  # what stands for the seal before the first
_EPOCA: Final = datetime(1970, 1, 1, tzinfo=UTC)
_POSICAO: Final = struct.Struct(">Qq")

# In the order of `Linha`; the two JSON values as text, which is how PostgreSQL shows them.
COLUNAS: Final = (
    "e.id, e.em, e.ator_tipo, e.ator, e.acao, e.objeto, e.objeto_id, e.antes::text, e.depois::text, e.motivo, "
    "e.ip, e.request_id"
)


class Linha(NamedTuple):
    """An event as plain values. `antes` and `depois` are JSON texts, of any spelling; `em` has a time zone."""

    id: UUID
    em: datetime
    ator_tipo: str
    ator: str
    acao: str
    objeto: str
    objeto_id: str
    antes: str | None
    depois: str | None
    motivo: str
    ip: str | None
    request_id: str


class Forma(NamedTuple):
    """How an event is written: its bytes, and the texts of them that an archive keeps as they are."""

    conteudo: bytes
    em: str
    antes: str
    depois: str


class _Dificil(Exception):
    """A JSON text with a number that has a fraction or an exponent."""


def canonico(linha: Linha) -> bytes:
    """The bytes of an event: one JSON object, keys by code point, UTF-8, no spaces, instants in UTC with microseconds."""
    return formar(linha).conteudo


def formar(linha: Linha) -> Forma:
    """The bytes of an event, with the parts of them that cost the most, for who needs both."""
    em, antes, depois = instante(linha.em), valor_canonico(linha.antes), valor_canonico(linha.depois)
    ip = "null" if linha.ip is None else _texto(_ip(linha.ip))
    conteudo = (
        f'{{"acao":{_texto(linha.acao)},"antes":{antes},"ator":{_texto(linha.ator)},"ator_tipo":{_texto(linha.ator_tipo)}'
        f',"depois":{depois},"em":"{em}","id":"{linha.id}","ip":{ip},"motivo":{_texto(linha.motivo)}'
        f',"objeto":{_texto(linha.objeto)},"objeto_id":{_texto(linha.objeto_id)}'
        f',"request_id":{_texto(linha.request_id)},"v":{VERSAO}}}'
    ).encode()
    return Forma(conteudo, em, antes, depois)


def selar(anterior: bytes, sequencia: int, selado_em: datetime, evento: bytes) -> bytes:
    """The hash of a seal: SHA-256 of domain, hash before, sequence, instant (microseconds since 1970), event."""
    posicao = _POSICAO.pack(sequencia, microssegundos(selado_em))
    return hashlib.sha256(b"%b%b%b%b" % (DOMINIO, anterior, posicao, evento)).digest()


def instante(quando: datetime) -> str:
    """`2026-11-22T21:06:26.000000Z`."""
    return quando.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def microssegundos(quando: datetime) -> int:
    """Since 1970-01-01T00:00:00Z, exactly."""
    passado = quando - _EPOCA
    return (passado.days * 86_400 + passado.seconds) * 1_000_000 + passado.microseconds


_texto: Final = json.encoder.encode_basestring  # a JSON string: accents as they are
_escrever: Final = msgspec.json.Encoder(order="sorted").encode


def _recusar(_: str) -> NoReturn:
    raise _Dificil


_ler: Final = msgspec.json.Decoder(float_hook=_recusar).decode


def valor_canonico(texto: str | None) -> str:
    """The canonical text of a JSON text; None is null."""
    if texto is None:
        return "null"
    try:
        return _escrever(_ler(texto)).decode()
    except (_Dificil, ValueError, RecursionError):  # msgspec's own errors are a ValueError
        return texto_canonico(texto)


@functools.lru_cache(maxsize=4096)  # a day has few addresses
def _ip(texto: str) -> str:
    """As Python writes it; what is no address of one machine (a network, by raw SQL) stays as PostgreSQL wrote it."""
    try:
        return str(ipaddress.ip_address(texto))
    except ValueError:
        return texto
