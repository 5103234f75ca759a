"""Which functions leave which events: said above each, and held against what the tests see.

    @sensivel("planos.contrato_suspenso")
    @transaction.atomic
    def suspender(...):

Whatever records an event is marked, or is a private function of what is (`tests/auditoria/test_sensiveis.py`). The suite
observes the calls (`tests/sensiveis.py`): a run of all of it fails when a marked function never left one of its events.
Nobody observes in production: there a mark gives the function itself back, and costs no call of it anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol, TypeVar

from auditoria.acoes import ACOES, AcaoDesconhecida

F = TypeVar("F", bound=Callable[..., Any])

MARCADAS: Final[
    dict[str, frozenset[str]]
] = {}  # a function's module and name: the actions of the events that it leaves


class Observador(Protocol):
    """Whoever wants to know of the calls of marked functions, and of what is recorded meanwhile."""

    def observar(self, nome: str, codigos: frozenset[str], funcao: F) -> F: ...

    def ouvir(self, acoes: Iterable[str]) -> None: ...


_observador: Observador | None = None


def observar_com(observador: Observador) -> None:
    """From here on, what is marked is observed: to be called before anything is imported that has a mark."""
    global _observador
    _observador = observador


def sensivel(*codigos: str) -> Callable[[F], F]:
    """This function leaves, when it has something to do, each of these events. Raises `AcaoDesconhecida`."""
    for codigo in codigos:
        if codigo not in ACOES:
            raise AcaoDesconhecida(codigo)
    assert codigos, "diga que eventos ela deixa"

    def marcar(funcao: F) -> F:
        nome = f"{funcao.__module__}.{funcao.__qualname__}"
        MARCADAS[nome] = MARCADAS.get(nome, frozenset()) | frozenset(codigos)
        return funcao if _observador is None else _observador.observar(nome, MARCADAS[nome], funcao)

    return marcar


def contar_ao_observador(acoes: Iterable[str]) -> None:
    """Called by who records, with what is in the database by now."""
    if _observador is not None:
        _observador.ouvir(acoes)
