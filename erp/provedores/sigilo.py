"""What a call said that nobody else may read: a provider that says it back in an error is not repeated. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

from auditoria.rules import OCULTO, mascarar_campo

MINIMO: Final = 6  # shorter, and the words of every sentence would be hidden


def ditos_em(caminho: str, rotulo: str, corpos: Mapping[str, Any]) -> frozenset[str]:
    """The pieces of `caminho` that `rotulo` does not tell, and what is masked by the names of its fields in `corpos`.

    >>> sorted(ditos_em("/cpf/52998224725", "/cpf/:cpf", {"json": {"telefone": "3133334444", "nome": "Ana"}}))
    ['3133334444', '52998224725']
    """
    achados = {*_do_caminho(caminho, rotulo), *_dos_campos("", corpos)}
    return frozenset(forma for um in achados for forma in (um, quote(um, safe="")) if len(um) >= MINIMO)


def ocultar(texto: str, ditos: frozenset[str]) -> str:
    """The text without any of them."""
    for dito in sorted(ditos, key=len, reverse=True):
        texto = texto.replace(dito, OCULTO)
    return texto


def _do_caminho(caminho: str, rotulo: str) -> Iterator[str]:
    if not rotulo:
        return
    a_vista = set(rotulo.split("/"))
    yield from (unquote(p) for p in caminho.partition("?")[0].split("/") if p not in a_vista)


def _dos_campos(nome: str, valor: Any) -> Iterator[str]:
    if isinstance(valor, Mapping):
        for chave, item in valor.items():
            yield from _dos_campos(str(chave), item)
    elif isinstance(valor, list | tuple):
        for item in valor:
            yield from _dos_campos(nome, item)
    elif (
        isinstance(valor, str | int) and not isinstance(valor, bool) and mascarar_campo(nome, str(valor)) != str(valor)
    ):
        yield str(valor)
