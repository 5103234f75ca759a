"""A typed way to say what a column of a list is called, and the colours of its labels (unfold's `display` is untyped)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def coluna(titulo: str, *, cores: Mapping[str, str] | None = None, vazio: str | None = None) -> Callable[[F], F]:
    """`cores` makes each value a label of its colour; `vazio` is what an empty cell shows."""

    def decorar(funcao: F) -> F:
        funcao.short_description = titulo  # type: ignore[attr-defined]  # what the admin reads
        if cores is not None:
            funcao.label = dict(cores)  # type: ignore[attr-defined]  # what unfold reads
        if vazio is not None:
            funcao.empty_value_display = vazio  # type: ignore[attr-defined]
        return funcao

    return decorar
