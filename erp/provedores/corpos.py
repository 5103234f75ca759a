"""A body as a person may see it: laid out, cut, and masked unless asked otherwise. Pure."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import parse_qsl

from auditoria.rules import mascarar, mascarar_texto

MOSTRADOS: Final = 64 * 1024


def mascarado(corpo: bytes) -> str:
    """JSON and forms masked by the names of their fields and by shape; anything else by shape.

    >>> mascarado(b'notification=abc&cpf=52998224725')
    '{\\n  "notification": "***",\\n  "cpf": "***.982.247-**"\\n}'
    """
    if len(corpo) > MOSTRADOS:
        return f"{len(corpo)} bytes: grande demais para ser mostrado com máscara"
    lido = _ler(corpo)
    if lido is None:
        return mascarar_texto(inteiro(corpo))
    return _escrever(mascarar({"corpo": lido})["corpo"])


def inteiro(corpo: bytes) -> str:
    """As it came, up to 64 KiB; what is no text as its escapes."""
    texto = corpo[:MOSTRADOS].decode("utf-8", errors="backslashreplace")
    return texto if len(corpo) <= MOSTRADOS else f"{texto}\n… ({len(corpo)} bytes)"


def _ler(corpo: bytes) -> Any:
    """The JSON; a form as a mapping, whose `notification` (Efí's) is a token; None for anything else."""
    try:
        lido = json.loads(corpo)
    except (ValueError, RecursionError):
        lido = None
    if isinstance(lido, dict | list):
        return lido
    try:
        pares = dict(parse_qsl(corpo.decode("ascii"), strict_parsing=True, keep_blank_values=True))
    except ValueError:
        return None
    return {nome: "***" if nome == "notification" else valor for nome, valor in pares.items()} or None


def _escrever(valor: Any) -> str:
    return json.dumps(valor, ensure_ascii=False, indent=2)
