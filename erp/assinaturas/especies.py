"""The kinds of document that may be signed: each app above declares its own, and is told when one was.

So a signature knows nothing of contracts, and contracts know nothing of providers.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

from erp.assinaturas.pdf.conteudo import Conteudo
from erp.assinaturas.portas import Signatario


class Documento(NamedTuple):
    """What is to be signed, as it is now. `signatarios` are those who can be asked."""

    numero: str  # what people call it: "P1234"
    titulo: str  # "Contrato 1234"
    filial_id: int
    conteudo: Conteudo
    signatarios: tuple[Signatario, ...]


class Assinado(NamedTuple):
    """What the app above is told: the request, when and by whom it was signed, and the hash of the file."""

    assinatura_id: int
    objeto_id: int
    em: datetime
    por: str
    sha256: str


class Especie(Protocol):
    """One kind of document."""

    nome: str  # "planos.contratacao": kept in the rows
    titulo: str  # "Contrato de plano"

    def documento(self, objeto_id: int) -> Documento:
        """Raises ErroDefinitivo, saying what is missing: nothing of a document that cannot be sent is kept."""

    def ao_assinar(self, assinado: Assinado) -> None:
        """Called in the transaction that keeps the signed file, once for each request. Talks to no network."""

    def endereco(self, objeto_id: int) -> str:
        """The page of the object in the admin."""


_especies: dict[str, Especie] = {}


def registrar_especie(especie: Especie) -> None:
    """Make it known; the same name again replaces the first."""
    _especies[especie.nome] = especie


def especie(nome: str) -> Especie:
    """Raises `KeyError`."""
    return _especies[nome]


def procurar_especie(nome: str) -> Especie | None:
    """The kind, or None: rows outlive the code that they speak of."""
    return _especies.get(nome)
