"""The providers' stand-ins on loopback, for people and for the demonstration: each app registers its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import NamedTuple, Protocol


class Falso(Protocol):
    """A server that runs while its context is open."""

    def __enter__(self) -> object: ...

    def __exit__(self, *_: object) -> None: ...

    def ajustes(self) -> Mapping[str, str]:
        """The settings by which the retaguarda calls it, and is called by it."""


Fabrica = Callable[[int, str], Falso]


class Registrado(NamedTuple):
    """A stand-in that may be started: `fabrica(porta, retaguarda)` with the address of the retaguarda that it tells."""

    nome: str
    porta: int
    fabrica: Fabrica


class PortaOcupada(RuntimeError):
    """Another program has the port of a stand-in."""


_falsos: dict[str, Registrado] = {}


def registrar_falso(nome: str, porta_padrao: int, fabrica: Fabrica) -> None:
    """Make it known; the same name again replaces the first."""
    _falsos[nome] = Registrado(nome, porta_padrao, fabrica)


def falsos() -> list[Registrado]:
    """Every stand-in, by name."""
    return [_falsos[nome] for nome in sorted(_falsos)]


@contextmanager
def no_ar(retaguarda: str, *, escolhidos: list[Registrado] | None = None) -> Iterator[dict[str, str]]:
    """Start them (all, unless told which), and give the settings to use. Raises `PortaOcupada`; then none is left."""
    with ExitStack() as pilha:
        ajustes: dict[str, str] = {}
        for registrado in falsos() if escolhidos is None else escolhidos:
            try:
                falso = registrado.fabrica(registrado.porta, retaguarda)
            except OSError as erro:
                raise PortaOcupada(f"a porta {registrado.porta}, de {registrado.nome}, já está em uso") from erro
            pilha.enter_context(falso)
            ajustes |= falso.ajustes()
        yield ajustes
