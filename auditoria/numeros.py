"""Canonical JSON of what Python's own reader would round, refuse or be too deep for. Slower, and for any JSON text.

A number is written by its value: no exponent, no zeros at the end of a fraction, no fraction when it is none, zero
without a sign. So 1, 1.0 and 1e0 are one text, and no number goes through a binary float.
"""

from __future__ import annotations

import json
import re

EXPOENTE_MAXIMO = 200_000  # PostgreSQL's own numbers end at 131,072 digits
_PEDACO = re.compile(
    r'[ \t\n\r]*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}\[\],:])', re.DOTALL
)
_Itens = list[tuple[str, str]]
_NUMERO = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?")


def texto_canonico(texto: str | None) -> str:
    """The canonical text of a valid JSON text; None is null. No recursion: the nesting has no limit but memory."""
    if texto is None:
        return "null"
    pilha: list[tuple[bool, _Itens, str]] = []  # object or array, its pairs, the key being read
    itens: _Itens = []
    objeto, chave = False, ""
    for achado in _PEDACO.finditer(texto):
        pedaco = achado[1]
        if pedaco in "{[":
            pilha.append((objeto, itens, chave))
            objeto, itens, chave = pedaco == "{", [], ""
        elif pedaco in "}]":
            fechado = _fechar(objeto, itens)
            objeto, itens, chave = pilha.pop()
            chave = _por(objeto, itens, chave, fechado)
        elif pedaco not in ",:":
            chave = _por(objeto, itens, chave, _simples(pedaco))
    [(_, valor)] = itens
    return valor


def numero_canonico(texto: str) -> str:
    """
    >>> [numero_canonico(n) for n in ("1.10", "-0.0", "1e3", "12.5e-3", "100")]
    ['1.1', '0', '1000', '0.0125', '100']
    """
    achado = _NUMERO.fullmatch(texto)
    assert achado, texto
    sinal, inteiro, fracao, expoente = achado[1], achado[2], achado[3] or "", int(achado[4] or 0)
    if abs(expoente) > EXPOENTE_MAXIMO:
        raise ValueError(f"expoente {expoente}: nenhum banco escreve um número assim")
    digitos, ponto = inteiro + fracao, len(inteiro) + expoente
    if ponto <= 0:
        digitos, ponto = "0" * (1 - ponto) + digitos, 1
    digitos = digitos.ljust(ponto, "0")
    antes, depois = digitos[:ponto].lstrip("0") or "0", digitos[ponto:].rstrip("0")
    valor = f"{antes}.{depois}" if depois else antes
    return valor if valor == "0" else sinal + valor


def _simples(pedaco: str) -> str:
    if pedaco[0] == '"':
        return json.dumps(json.loads(pedaco), ensure_ascii=False)
    return pedaco if pedaco in ("true", "false", "null") else numero_canonico(pedaco)


def _por(objeto: bool, itens: _Itens, chave: str, valor: str) -> str:
    """Put a value where it goes, or keep it as the key that the next one is for."""
    if objeto and not chave:
        return valor
    itens.append((chave, valor))
    return ""


def _fechar(objeto: bool, itens: _Itens) -> str:
    if not objeto:
        return "[" + ",".join(valor for _, valor in itens) + "]"
    pares = dict(itens)  # of a key that comes twice the last stands, as PostgreSQL has it
    return "{" + ",".join(f"{chave}:{pares[chave]}" for chave in sorted(pares, key=json.loads)) + "}"
