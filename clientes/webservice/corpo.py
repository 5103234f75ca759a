"""From the bytes of a body to its fields: JSON or a form, each field once. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from clientes.webservice.campos import CAMPOS_MAXIMO
from clientes.webservice.codigos import Regra
from clientes.webservice.pedido import Recusa

JSON: Final = "application/json"
FORMULARIO: Final = "application/x-www-form-urlencoded"
_BOM: Final = b"\xef\xbb\xbf"

# Numbers with a point keep their digits: what is echoed is what came.
_decodificar = msgspec.json.Decoder(float_hook=Decimal).decode
_codificar = msgspec.json.Encoder(decimal_format="number").encode
_codificar_em_ordem = msgspec.json.Encoder(decimal_format="number", order="sorted").encode


def ler_corpo(corpo: bytes, tipo: str) -> dict[str, Any]:
    """The fields of one request, with their values as they came. Raises Recusa."""
    if tipo == FORMULARIO:
        return ler_formulario(corpo)
    campos = ler_json(corpo)
    if not isinstance(campos, dict):
        raise Recusa(Regra.CORPO_ILEGIVEL, "Esperado um objeto JSON com os campos do cliente.")
    return campos


def ler_json(corpo: bytes) -> Any:
    """Any JSON. Raises Recusa: CORPO_ILEGIVEL, or REPETIDO when an object has the same field twice."""
    corpo = corpo.removeprefix(_BOM)
    try:
        valor = _decodificar(corpo)
        # The decoder keeps the last of two equal fields in silence. Fewer quotes than came is the sign of it, or of
        # an escape or of an object within; only then is it worth the slow reading.
        if corpo.count(b'"') != _aspas(valor):
            json.loads(corpo, object_pairs_hook=_sem_repetir, parse_float=str)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError, OverflowError):
        raise Recusa(Regra.CORPO_ILEGIVEL, "O corpo não é JSON em UTF-8 que se possa ler.") from None
    return valor


def ler_formulario(corpo: bytes) -> dict[str, Any]:
    """A form as browsers and PHP send it; every value is text. Raises Recusa: CORPO_ILEGIVEL or REPETIDO."""
    try:
        pares = parse_qsl(
            corpo.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=CAMPOS_MAXIMO + 1
        )
    except ValueError:  # not ASCII, not UTF-8 once unescaped, or too many fields
        raise Recusa(Regra.CORPO_ILEGIVEL, "O corpo não é um formulário em UTF-8 que se possa ler.") from None
    return _sem_repetir(pares)


def codificar(valor: Any) -> bytes:
    """JSON of what was read, with its numbers as they came."""
    return _codificar(valor)


def codificar_em_ordem(valor: Any) -> bytes:
    """The same bytes whatever the order in which the fields came."""
    return _codificar_em_ordem(valor)


def _aspas(valor: Any) -> int:
    """The quotes that a flat object needs, when no text of it has one inside."""
    if type(valor) is not dict:
        return -1
    return 2 * (len(valor) + [type(filho) for filho in valor.values()].count(str))


def _sem_repetir(pares: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    campos: dict[str, Any] = {}
    for nome, valor in pares:
        if nome in campos:
            raise Recusa(Regra.REPETIDO, "o campo veio duas vezes no mesmo pedido.", nome[:40])
        campos[nome] = valor
    return campos
