"""The providers that the apps above declare, by name."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings

from erp.provedores.webhooks import Webhook

_NOME: Final = re.compile(r"[a-z][a-z0-9_-]{1,39}")
_provedores: dict[str, Provedor] = {}


class ProvedorDesconhecido(LookupError):
    """Nenhum provedor foi registrado com este nome."""


class Provedor:
    """What the platform knows of a provider. Subclassed by the app that talks to it; registered in its `ready`.

    `exige` names the settings without which it cannot work; `webhook` is how its webhooks are read, when it has any.
    """

    nome: str
    titulo: str
    exige: tuple[str, ...] = ()
    webhook: Webhook | None = None

    def faltam(self) -> list[str]:
        """The settings of `exige` that are empty."""
        return [nome for nome in self.exige if not getattr(settings, nome, None)]

    def configurado(self) -> bool:
        return not self.faltam()

    def testar(self) -> str:
        """Make a cheap authenticated call; returns what was found, in Portuguese. Raises `FalhaDoProvedor`."""
        raise NotImplementedError


def registrar(provedor: Provedor) -> None:
    """Make it known. `ValueError` for a malformed name; the same name again replaces the first."""
    if not _NOME.fullmatch(provedor.nome):
        raise ValueError(f"nome recebido: {provedor.nome!r}; esperado: minúsculas, números, hífens, até 40")
    _provedores[provedor.nome] = provedor


def obter(nome: str) -> Provedor:
    """Raises `ProvedorDesconhecido`."""
    try:
        return _provedores[nome]
    except KeyError:
        raise ProvedorDesconhecido(f"{ProvedorDesconhecido.__doc__} Recebido: {nome!r}.") from None


def procurar(nome: str) -> Provedor | None:
    """The provider, or None: rows outlive the code that they speak of."""
    return _provedores.get(nome)


def todos() -> list[Provedor]:
    """Every provider, by title."""
    return sorted(_provedores.values(), key=lambda p: p.titulo.casefold())
