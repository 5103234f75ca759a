"""Who watches the marked functions (`auditoria.sensivel`) while the suite runs, and what it says at the end.

Every process of a run writes, as it goes, what was marked and what was seen into the run's folder; the first one reads
all of it at the end. A part of the suite proves nothing of what the other part would have called: only a whole run fails.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import pytest

F = TypeVar("F", bound=Callable[..., Any])
_ARQUIVO: Final = "sensiveis-"
_MARCADA, _VISTO = "marcada", "visto"
Falta = tuple[str, str]  # a function, and an event that it was never seen to leave


class Observador:
    """Keeps, of each marked function, which of its events it left in a call that ended well.

    What a call that failed left is not counted, nor for who called it: its transaction is most likely undone.
    """

    def __init__(self, pasta: Path) -> None:
        self._pasta = pasta
        self._escritas: set[str] = set()
        self._agora: ContextVar[set[str] | None] = ContextVar("sensiveis_agora", default=None)

    def observar(self, nome: str, codigos: frozenset[str], funcao: F) -> F:
        for codigo in codigos:
            self._escrever(_MARCADA, nome, codigo)

        @functools.wraps(funcao)
        def observada(*args: Any, **kwargs: Any) -> Any:
            ditos: set[str] = set()
            de_fora = self._agora.get()
            marca = self._agora.set(ditos)
            try:
                resposta = funcao(*args, **kwargs)
            finally:
                self._agora.reset(marca)
            for codigo in codigos & ditos:
                self._escrever(_VISTO, nome, codigo)
            if de_fora is not None:
                de_fora |= ditos
            return resposta

        return cast(F, observada)

    def ouvir(self, acoes: Iterable[str]) -> None:
        if (ditos := self._agora.get()) is not None:
            ditos.update(acoes)

    def _escrever(self, o_que: str, nome: str, codigo: str) -> None:
        linha = f"{o_que} {nome} {codigo}\n"
        if linha not in self._escritas:
            self._escritas.add(linha)
            with (self._pasta / f"{_ARQUIVO}{os.getpid()}").open("a") as arquivo:
                arquivo.write(linha)


def faltas(pasta: Path) -> list[Falta]:
    """What was marked in some process of the run, and in none seen to happen."""
    linhas = {
        tuple(linha.split()) for arquivo in pasta.glob(f"{_ARQUIVO}*") for linha in arquivo.read_text().splitlines()
    }
    vistos = {(nome, codigo) for o_que, nome, codigo in linhas if o_que == _VISTO}
    return sorted({(nome, codigo) for o_que, nome, codigo in linhas if o_que == _MARCADA} - vistos)


def e_inteira(config: pytest.Config) -> bool:
    """Whether all that there is was asked for: no paths, and nothing that chooses among the tests or stops early."""
    opcoes: Mapping[str, Any] = vars(config.option)
    escolhem = ("keyword", "deselect", "ignore", "ignore_glob", "collectonly", "lf", "stepwise", "maxfail")
    return (
        config.args_source is config.ArgsSource.TESTPATHS
        and not any(opcoes.get(opcao) for opcao in escolhem)
        and opcoes.get("markexpr", "") in ("", "not prova")
    )


_achadas = pytest.StashKey[list[Falta]]()


def conferir(session: pytest.Session, pasta: Path) -> None:
    """At the end of a run, in its first process: fail it for what is missing."""
    terminou = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if not terminou or session.shouldstop or session.shouldfail or not e_inteira(session.config):
        return
    achadas = session.config.stash[_achadas] = faltas(pasta)
    if achadas and not _pulados(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def dizer(config: pytest.Config, escrever: Callable[[str], None]) -> None:
    """What is missing, in words, at the end of what the run prints."""
    for linha in _em_palavras(config.stash.get(_achadas, []), _pulados(config)):
        escrever(linha)


def _em_palavras(achadas: list[Falta], pulados: int) -> Iterator[str]:
    if not achadas:
        return
    yield "Funções sensíveis que nunca deixaram o evento que prometem (@sensivel, em auditoria/sensivel.py):"
    for nome, codigo in achadas:
        yield f"  {nome}: {codigo}"
    if pulados:
        yield f"Não é erro desta vez: {pulados} testes foram pulados, e podiam ser deles."
    else:
        yield "Ou a função deixou de registrar, ou falta um teste que a chame com algo a fazer."


def _pulados(config: pytest.Config) -> int:
    relator: Any = config.pluginmanager.get_plugin("terminalreporter")
    return len(relator.stats.get("skipped", ())) if relator is not None else 0
