"""What a provider of charges must do: the routines know this, and no provider by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from erp.cobrancas.leituras import Devolvido, Pago
from erp.cobrancas.maquina import Passo


class Carne(NamedTuple):
    """All of a carnê: who pays, and each parcel's value and due date."""

    nome: str
    documento: str
    telefone: str
    partes: tuple[tuple[Decimal, date], ...]


class Pedido(NamedTuple):
    """A charge to be made. `referencia` is ours, and finds it again when we died before keeping its number."""

    referencia: str
    descricao: str
    valor: Decimal
    vencimento: date
    carne: Carne | None = None  # of the parcel that heads one


class Criada(NamedTuple):
    """A charge as the provider made it; of a carnê, with the other parcels as sisters."""

    id_provedor: str
    url: str
    lida: str
    bruto: Mapping[str, Any]
    copia_e_cola: str = ""
    grupo: str = ""
    parcela: int = 0
    irmas: tuple[Any, ...] = ()  # of Criada


class Remota(NamedTuple):
    """A charge as the provider says it is now. `em`: since when, by its clock; None: it does not say.

    `lida` is another whenever something is new: by it a poll knows that there is nothing to write. `volte_logo`: the
    provider is still doing something of it.
    """

    lida: str
    passo: Passo
    em: datetime | None
    aviso: str
    bruto: Mapping[str, Any]
    pagos: tuple[Pago, ...] = ()
    devolvidos: tuple[Devolvido, ...] = ()
    volte_logo: bool = False


class PortaDeCobrancas(Protocol):
    """Every call raises `FalhaPassageira` or `FalhaDefinitiva` of `erp.provedores.erros`."""

    nome: str  # of the provider
    tipo: str  # Cobranca.Tipo
    titulo: str  # for people

    @property
    def simultaneas(self) -> int:
        """Calls at once."""

    def configurado(self) -> bool: ...

    def criar(self, pedido: Pedido) -> Criada: ...

    def procurar(self, pedido: Pedido) -> Criada | None:
        """The charge made before for this reference, or None."""

    def consultar(self, id_provedor: str) -> Remota: ...

    def cancelar(self, id_provedor: str, grupo: str = "", parcela: int = 0) -> None:
        """`grupo` and `parcela`: of the carnê that it is of, by the provider's own numbers."""


_portas: dict[tuple[str, str], PortaDeCobrancas] = {}


def registrar_porta(porta: PortaDeCobrancas) -> None:
    """Make it known by its provider and kind; the same again replaces the first."""
    _portas[porta.nome, porta.tipo] = porta


def porta(nome: str, tipo: str) -> PortaDeCobrancas:
    """Raises `KeyError`."""
    return _portas[nome, tipo]


def configuradas(tipo: str | None = None) -> list[PortaDeCobrancas]:
    """Those with all their settings (of one kind), by name."""
    return [p for chave, p in sorted(_portas.items()) if tipo in (None, chave[1]) and p.configurado()]
