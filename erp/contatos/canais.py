"""The port of a channel: what the rest of this app needs to know of one. A second channel is one class and one call.

A channel finds addresses, and says what goes into the queue; its context of `filas` does the sending.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from erp.contatos.models import Comunicado
from erp.contatos.textos import Carta


class Externo(NamedTuple):
    """A template as the other side knows it, and its values in order."""

    nome: str
    idioma: str
    parametros: tuple[str, ...]


class Barrado(NamedTuple):
    """Why nothing goes to an address now."""

    motivo: str
    detalhe: str


class Porta(Protocol):
    """One channel. `codigo` is what a comunicado calls it, `contexto` what the queue does.

    `confirma`: what the other side took is not delivered yet; it tells of that afterwards. Inherit it for what a simple
    channel need not say.
    """

    codigo: str
    contexto: str
    confirma: bool = False

    def normalizar(self, texto: str) -> str:
        """The address as this channel writes it; empty when it is none."""
        ...

    def mascarar(self, endereco: str) -> str:
        """The address for who may not read it."""
        ...

    def enderecos(self, codigos: Sequence[str]) -> Mapping[str, str]:
        """The address of each of these customers, normalised; who has none is left out. One statement."""
        ...

    def conteudo(
        self, comunicado: Comunicado, endereco: str, carta: Carta, externo: Externo | None = None
    ) -> dict[str, Any]:
        """What goes into the queue; all that the sending needs, for it reads no database."""
        ...

    def oferece(self, modelos: Collection[str]) -> Collection[str]:
        """Of these templates, those that go by this channel rather than by e-mail, as staff have it now."""
        return ()

    def barrados(self, enderecos: Collection[str]) -> Mapping[str, Barrado]:
        """Of these addresses, those that nothing can reach now."""
        return {}

    def terminaram(self, comunicados: Sequence[int]) -> None:
        """Called with comunicados that just came back from the queue, in that transaction, their rows locked."""
        return None


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
