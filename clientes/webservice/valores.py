"""From what JSON or a form says of one field to its text, number or date. Pure; each raises Invalido."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from auditoria.rules import mascarar_campo, mascarar_documento
from clientes.webservice.campos import CODIGO_CLIENTE, EVENTO, PROFUNDIDADE_MAXIMA, Campo, Tipo
from clientes.webservice.codigos import Regra
from clientes.webservice.pedido import Problema

_DATA: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-?W[0-9]{2}-?[1-7])([T ][0-9:.,]+(Z|[+-][0-9:]+)?)?"
)
_DOCUMENTOS: Final = frozenset({"RG_IE", CODIGO_CLIENTE})
_DE_DOIS_VALORES: Final = {"PF_PJ": "1 (física) ou 0 (jurídica)", "ESTRANGEIRO": "1 (estrangeiro) ou 0 (nacional)"}
MAIUSCULAS: Final = frozenset({"UF", "SEXO"})
_EXPOENTE_MAXIMO: Final = 30  # a number of more digits than this is no field of a customer


class Invalido(ValueError):
    """A value that its field does not take."""

    def __init__(self, campo: str, regra: Regra, mensagem: str) -> None:
        super().__init__(regra.value)
        self.problema = Problema(campo, regra, mensagem)


def texto_de(nome: str, valor: Any) -> str:
    """The text of a value, without the spaces around it; null is an empty one. A number is the text of it."""
    if type(valor) is str:
        return valor.strip()
    if valor is None:
        return ""
    if isinstance(valor, bool) or not isinstance(valor, int | Decimal):
        raise Invalido(nome, Regra.TIPO, f"esperado texto ou número, recebido {_tipo(valor)}.")
    if grande_demais(valor):
        raise Invalido(nome, Regra.VALOR, "o número é grande ou pequeno demais.")
    texto = numero_em_texto(valor)
    # a number has lost the zeros on the left of a document
    return texto.zfill(11 if len(texto) <= 11 else 14) if nome == "CPF_CGC" and texto.isdecimal() else texto


@lru_cache(maxsize=4096)  # the same digits, states and dates come over and over
def valor_de(campo: Campo, texto: str) -> str | int | date | None:
    """What the column of a field keeps of its text."""
    if campo.tipo is Tipo.DATA:
        return _data(campo.nome, texto)
    if campo.tipo is Tipo.INTEIRO:
        return _inteiro(campo.nome, texto)
    if campo.nome in MAIUSCULAS:
        texto = texto.upper()  # before it is measured: some letters are two when they grow
    if len(texto) > (campo.tamanho or 0):
        raise longo_demais(campo.nome, campo.tamanho or 0, texto)
    return texto


def longo_demais(nome: str, tamanho: int, texto: str) -> Invalido:
    recebido = f"recebido {len(texto)}" + (f" ({mostrar(nome, texto)})" if nome != EVENTO else "")
    plural = "caractere" if tamanho == 1 else "caracteres"
    return Invalido(nome, Regra.TAMANHO, f"esperado até {tamanho} {plural}, {recebido}.")


def grande_demais(valor: int | Decimal) -> bool:
    """Whether a number is past what text, or the database, would make of it in reasonable space."""
    return abs(Decimal(valor).adjusted()) > _EXPOENTE_MAXIMO or (isinstance(valor, Decimal) and len(str(valor)) > 64)


def numero_em_texto(valor: int | Decimal) -> str:
    """As a person would write it: a whole number has no point."""
    return f"{int(valor)}" if valor == int(valor) else f"{valor:f}"


def cabe(valor: Any, profundidade: int = 1) -> bool:
    """Whether the database keeps this value of an unknown field, and gives it back as it came."""
    if isinstance(valor, str):
        return "\0" not in valor
    if isinstance(valor, bool | None):
        return True
    if isinstance(valor, int | Decimal):
        return not grande_demais(valor)
    if profundidade >= PROFUNDIDADE_MAXIMA:
        return False
    if isinstance(valor, dict):
        return all("\0" not in nome and cabe(filho, profundidade + 1) for nome, filho in valor.items())
    return all(cabe(filho, profundidade + 1) for filho in valor)


def mostrar(campo: str, texto: str) -> str:
    """What came, short and without anybody's document, phone or e-mail whole."""
    curto = texto[:60].replace("\0", "�")
    mostrado = mascarar_documento(curto) if campo in _DOCUMENTOS else str(mascarar_campo(campo, curto))
    return f"«{mostrado[:40]}»"


def _inteiro(nome: str, texto: str) -> int:
    """One digit; empty is 0."""
    if not texto:
        return 0
    if not (texto.isascii() and texto.isdecimal()):
        raise Invalido(nome, Regra.TIPO, f"esperado um número inteiro, recebido {mostrar(nome, texto)}.")
    if len(texto) > 1:
        raise longo_demais(nome, 1, texto)
    if nome in _DE_DOIS_VALORES and texto not in "01":
        raise Invalido(nome, Regra.VALOR, f"esperado {_DE_DOIS_VALORES[nome]}, recebido {mostrar(nome, texto)}.")
    return int(texto)


def _data(nome: str, texto: str) -> date | None:
    """The date as written: a time and its offset do not move it. Empty is none."""
    if not texto:
        return None
    try:
        if not _DATA.fullmatch(texto):
            raise ValueError
        return datetime.fromisoformat(texto).date()
    except ValueError:
        esperado = "AAAA-MM-DD, AAAA-MM-DD HH:MM:SS ou ISO 8601"
        raise Invalido(nome, Regra.DATA, f"esperado {esperado}, recebido {mostrar(nome, texto)}.") from None


def _tipo(valor: Any) -> str:
    if isinstance(valor, bool):
        return "verdadeiro ou falso"
    return "um objeto" if isinstance(valor, dict) else "uma lista"
