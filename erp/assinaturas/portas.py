"""What a provider of signatures must do: the routine knows this, and no provider by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from erp.assinaturas.maquina import Passo


class Signatario(NamedTuple):
    """Who is to sign."""

    nome: str
    email: str


class Pedido(NamedTuple):
    """A document to be signed. `referencia` is ours and unique; by it what was sent is found again when we died."""

    referencia: str
    titulo: str
    pdf: bytes
    signatarios: tuple[Signatario, ...]


class Remota(NamedTuple):
    """A document as the provider says it is now. `em`: since when, by its clock; None: it does not say.

    `pedida` False: it has the file, and nobody was asked to sign it yet.
    """

    id_provedor: str
    lida: str
    passo: Passo
    em: datetime | None
    bruto: Mapping[str, Any]
    url: str = ""
    pedida: bool = True
    aviso: str = ""


class PortaDeAssinaturas(Protocol):
    """Every call raises `FalhaPassageira` or `FalhaDefinitiva` of `erp.provedores.erros`."""

    nome: str  # of the provider
    titulo: str  # for people

    @property
    def simultaneas(self) -> int:
        """Calls at once."""

    def configurado(self) -> bool: ...

    def procurar(self, referencia: str) -> Remota | None:
        """What was sent before for this reference, or None."""

    def enviar(self, pedido: Pedido) -> str:
        """Hand the file over; returns its id. Nobody is asked to sign it yet."""

    def pedir(self, id_provedor: str, pedido: Pedido) -> Remota:
        """Ask everybody to sign what was handed over."""

    def consultar(self, id_provedor: str) -> Remota: ...

    def baixar(self, id_provedor: str) -> bytes:
        """The file as it is there now."""

    def cancelar(self, id_provedor: str) -> None:
        """From here on nobody can sign it. One that does not exist there any more is no failure."""


_portas: dict[str, PortaDeAssinaturas] = {}


def registrar_porta(porta: PortaDeAssinaturas) -> None:
    """Make it known by its provider; the same again replaces the first."""
    _portas[porta.nome] = porta


def porta(nome: str) -> PortaDeAssinaturas:
    """Raises `KeyError`."""
    return _portas[nome]


def configuradas() -> list[PortaDeAssinaturas]:
    """Those with all their settings, by name; a document goes to the first."""
    return [p for _, p in sorted(_portas.items()) if p.configurado()]
