"""The registry: a routine is one decorated function, in the module `rotinas` of its own app."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from erp.rotinas.agenda import Agenda
from erp.rotinas.especificacao import METODOS

if TYPE_CHECKING:
    from erp.rotinas.contexto import Contexto

Contagens = Mapping[str, int] | None
Funcao = Callable[[], Contagens] | Callable[["Contexto"], Contagens]
F = TypeVar("F", bound=Callable[..., Any])

_CAMINHO = re.compile(r"[A-Za-z][A-Za-z0-9_]*/[A-Za-z][A-Za-z0-9_]*")
_rotinas: dict[str, "Rotina"] = {}
LIMITE: Final = timedelta(hours=1)


class Recuperacao(Enum):
    """What is done of the runs that nobody made at their time (beat, workers or machine down)."""

    PULAR = "pular"  # they are lost, and said to be
    UMA_VEZ = "uma vez"  # the newest runs, late; those before it are lost, and said to be
    TODAS = "todas"  # each runs, oldest first, for its own reference


Referencia = Callable[[date], date]


def DO_DIA(dia: date) -> date:
    """The run is for a day: at most one success for each."""
    return dia


def DA_COMPETENCIA(dia: date) -> date:
    """The run is for a month, named by its first day: at most one success for each."""
    return dia.replace(day=1)


class RotinaDesconhecida(LookupError):
    """Nenhuma rotina foi declarada com este caminho."""

    def __init__(self, caminho: str) -> None:
        super().__init__(f"{self.__doc__} Recebido: {caminho!r}.")


class RotinaNaoConfigurada(RuntimeError):
    """Esta rotina ainda não está configurada: nada foi feito."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True)
class Rotina:
    """A declared routine. `guardar_vazias` False keeps only the last of the runs that found nothing to do.

    `metodo` is that of its HTTP path; None for the routines that are nobody's to call. `configurada` False: it has
    no body yet, its schedule is off, and calling it says so.
    """

    caminho: str
    agenda: Agenda
    titulo: str
    descricao: str
    funcao: Callable[..., Any]
    recebe_contexto: bool
    guardar_vazias: bool
    referencia: Referencia | None = None
    recuperacao: Recuperacao = Recuperacao.UMA_VEZ
    limite: timedelta = LIMITE
    simulavel: bool = False
    metodo: str | None = None
    configurada: bool = True
    sensivel: bool = False

    def referencia_de(self, dia: date) -> date | None:
        """What a run of that day is for; None when the routine has no reference."""
        return None if self.referencia is None else self.referencia(dia)


def rotina(
    caminho: str,
    agenda: Agenda,
    titulo: str,
    *,
    descricao: str = "",
    guardar_vazias: bool = True,
    referencia: Referencia | None = None,
    recuperacao: Recuperacao = Recuperacao.UMA_VEZ,
    limite: timedelta = LIMITE,
    simulavel: bool = False,
    metodo: str | None = None,
    configurada: bool = True,
    sensivel: bool | None = None,
) -> Callable[[F], F]:
    """Declare a routine: `@rotina("PlanoContratacao/SuspensaoRotina", diaria("21:00"), "Suspende planos")`.

    The function takes nothing, or one `Contexto` (reference, counts, log lines, fence), and returns its counts or
    None. It must be safe to run again after dying midway. `descricao` is the help shown to staff, by default the
    docstring. With a `referencia` (`DO_DIA`, `DA_COMPETENCIA`) at most one run for each ends well. Past `limite` the
    run ends in error and the fence refuses its commits. `metodo` is GET or POST for the paths of the specification
    (by default what the specification says), None elsewhere. `sensivel`: each run that did something, or failed, is an
    audit event; by default those that can be simulated, which touch contracts or money.
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
            referencia=referencia,
            recuperacao=recuperacao,
            limite=limite,
            simulavel=simulavel,
            metodo=metodo or METODOS.get(caminho),
            configurada=configurada,
            sensivel=simulavel if sensivel is None else sensivel,
        )
        return funcao

    return declarar


def obter(caminho: str) -> Rotina:
    """The routine of that path, whatever the case of its letters. Raises `RotinaDesconhecida`."""
    try:
        return _rotinas[caminho.lower()]
    except KeyError:
        raise RotinaDesconhecida(caminho) from None


def procurar(caminho: str) -> Rotina | None:
    """The routine of that path, or None: rows outlive the code that they speak of."""
    return _rotinas.get(caminho.lower())


def todas() -> list[Rotina]:
    """Every declared routine, by path."""
    return sorted(_rotinas.values(), key=lambda r: r.caminho.lower())


def _origem(funcao: Callable[..., Any]) -> str:
    return f"{funcao.__module__}.{funcao.__qualname__}"
