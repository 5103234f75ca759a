"""What a provider of CPF queries must do: the routine and the page know this, and no provider by name."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, Protocol

from django.conf import settings
from django.db.models import TextChoices

from erp.provedores.services import anotacoes


class SituacaoCadastral(TextChoices):
    """What the Receita says of a CPF. The last two are of the question, not of the CPF."""

    REGULAR = "regular", "Regular"
    PENDENTE = "pendente", "Pendente de regularização"
    SUSPENSA = "suspensa", "Suspensa"
    CANCELADA = "cancelada", "Cancelada"
    NULA = "nula", "Nula"
    FALECIDO = "falecido", "Titular falecido"
    OUTRA = "outra", "Outra"
    NAO_ENCONTRADO = "nao_encontrado", "CPF não encontrado"
    NASCIMENTO_DIVERGE = "diverge", "A data de nascimento não confere"


class Lida(NamedTuple):
    """The answer to a query. `dita` is the provider's own word for the situation."""

    situacao: SituacaoCadastral
    dita: str
    nome: str = ""
    ano_obito: int | None = None
    comprovante: str = ""


class PortaDeConsultas(Protocol):
    """Every call raises `FalhaPassageira` or `FalhaDefinitiva` of `erp.provedores.erros`."""

    nome: str  # of the provider
    titulo: str  # for people

    def configurado(self) -> bool: ...

    def saldo(self) -> int | None:
        """How many queries may still be made; None for who is paid afterwards."""

    def consultar(self, cpf: str, nascimento: date) -> Lida:
        """Ask about eleven digits. It costs a query, even when the answer gets lost: nobody asks twice by itself."""


_portas: dict[str, PortaDeConsultas] = {}


def registrar_porta(porta: PortaDeConsultas) -> None:
    """Make it known; the same name again replaces the first."""
    _portas[porta.nome] = porta


def porta(nome: str) -> PortaDeConsultas | None:
    """The port, or None: rows outlive the code that they speak of."""
    return _portas.get(nome)


def configuradas() -> list[PortaDeConsultas]:
    """Those with all their settings: the one that `CONSULTAS_PROVEDOR` names first, then by name."""
    return sorted(
        (p for p in _portas.values() if p.configurado()), key=lambda p: (p.nome != settings.CONSULTAS_PROVEDOR, p.nome)
    )


def disponiveis() -> list[PortaDeConsultas]:
    """Those of `configuradas` that are not paused now."""
    return [p for p in configuradas() if not anotacoes.em_pausa(p.nome)]
