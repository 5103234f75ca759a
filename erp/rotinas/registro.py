"""The registry: a routine is one decorated function, in the module `rotinas` of its own app."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from erp.rotinas.agenda import Agenda

if TYPE_CHECKING:
    from erp.rotinas.contexto import Contexto

Contagens = Mapping[str, int] | None
Funcao = Callable[[], Contagens] | Callable[["Contexto"], Contagens]
F = TypeVar("F", bound=Callable[..., Any])

_CAMINHO = re.compile(r"[A-Za-z][A-Za-z0-9_]*/[A-Za-z][A-Za-z0-9_]*")
_rotinas: dict[str, "Rotina"] = {}


class RotinaDesconhecida(LookupError):
    """Nenhuma rotina foi declarada com este caminho."""

    def __init__(self, caminho: str) -> None:
        super().__init__(f"{self.__doc__} Recebido: {caminho!r}.")


@dataclass(frozen=True)
class Rotina:
    """A declared routine. `guardar_vazias` False keeps only the last of the runs that found nothing to do."""

    caminho: str
    agenda: Agenda
    titulo: str
    descricao: str
    funcao: Callable[..., Any]
    recebe_contexto: bool
    guardar_vazias: bool


def rotina(
    caminho: str, agenda: Agenda, titulo: str, *, descricao: str = "", guardar_vazias: bool = True
) -> Callable[[F], F]:
    """Declare a routine: `@rotina("PlanoContratacao/SuspensaoRotina", diaria("21:00"), "Suspende planos")`.

    The function takes nothing, or one `Contexto` (counts, heartbeat, fence), and returns its counts or None. It
    must be safe to run again after dying midway. `descricao` is the help shown to staff, by default the docstring.
    `ValueError` when the path is malformed or, whatever the case of its letters, already taken by another function.
    """

    def declarar(funcao: F) -> F:
        if not _CAMINHO.fullmatch(caminho):
            raise ValueError(f"caminho recebido: {caminho!r}; esperado Assunto/Acao, sem acentos nem espaços")
        anterior = _rotinas.get(caminho.lower())
        if anterior and _origem(anterior.funcao) != _origem(funcao):
            raise ValueError(f"{caminho} já é de {_origem(anterior.funcao)}; {_origem(funcao)} pede o mesmo caminho")
        _rotinas[caminho.lower()] = Rotina(
            caminho=caminho,
            agenda=agenda,
            titulo=titulo,
            descricao=descricao or (inspect.getdoc(funcao) or ""),
            funcao=funcao,
            recebe_contexto=any(p.default is p.empty for p in inspect.signature(funcao).parameters.values()),
            guardar_vazias=guardar_vazias,
        )
        return funcao

    return declarar


def obter(caminho: str) -> Rotina:
    """The routine of that path, whatever the case of its letters. Raises `RotinaDesconhecida`."""
    try:
        return _rotinas[caminho.lower()]
    except KeyError:
        raise RotinaDesconhecida(caminho) from None


def todas() -> list[Rotina]:
    """Every declared routine, by path."""
    return sorted(_rotinas.values(), key=lambda r: r.caminho.lower())


def _origem(funcao: Callable[..., Any]) -> str:
    return f"{funcao.__module__}.{funcao.__qualname__}"
