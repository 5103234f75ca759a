"""The port of a channel: what the rest of this app needs to know of one. A second channel is one class and one call.

A channel finds addresses, and says what goes into the queue; its context of `filas` does the sending.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from erp.contatos.models import Comunicado
from erp.contatos.textos import Carta


class Porta(Protocol):
    """One channel. `codigo` is what a comunicado calls it, `contexto` what the queue does."""

    codigo: str
    contexto: str

    def normalizar(self, texto: str) -> str:
        """The address as this channel writes it; empty when it is none."""
        ...

    def mascarar(self, endereco: str) -> str:
        """The address for who may not read it."""
        ...

    def enderecos(self, codigos: Sequence[str]) -> Mapping[str, str]:
        """The address of each of these customers, normalised; who has none is left out. One statement."""
        ...

    def conteudo(self, comunicado: Comunicado, endereco: str, carta: Carta) -> dict[str, Any]:
        """What goes into the queue; all that the sending needs, for it reads no database."""
        ...


class CanalDesconhecido(LookupError):
    """Nenhum canal foi registrado com este código."""

    def __init__(self, codigo: str) -> None:
        super().__init__(f"{self.__doc__} Recebido: {codigo!r}.")


_portas: dict[str, Porta] = {}


def registrar_canal(porta: Porta) -> None:
    """Make a channel known; a second one of that code takes the place of the first."""
    _portas[porta.codigo] = porta


def canal(codigo: str) -> Porta:
    """Raises `CanalDesconhecido`."""
    try:
        return _portas[codigo]
    except KeyError:
        raise CanalDesconhecido(codigo) from None


def canais() -> list[Porta]:
    return sorted(_portas.values(), key=lambda porta: porta.codigo)
