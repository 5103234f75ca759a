"""A typed way to say what a column of a list is called, and the colours of its labels (unfold's `display` is untyped)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def coluna(titulo: str, *, cores: Mapping[str, str] | None = None, vazio: str | None = None) -> Callable[[F], F]:
    """`cores` makes each value a label of its colour; `vazio` is what an empty cell shows."""

    def decorar(funcao: F) -> F:
        lidos = {"short_description": titulo, "label": cores and dict(cores), "empty_value_display": vazio}
        funcao.__dict__.update({nome: valor for nome, valor in lidos.items() if valor is not None})
        return funcao

    return decorar
