"""A column of a list shown as a coloured label: unfold's own decorator, with types."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def rotulo(descricao: str, cores: Mapping[Any, str]) -> Callable[[F], F]:
    """The method returns (key of `cores`, text); a colour is one of success, info, warning, danger."""

    def decorar(metodo: F) -> F:
        metodo.short_description = descricao  # type: ignore[attr-defined]  # as admin.display does
        metodo.label = dict(cores)  # type: ignore[attr-defined]
        return metodo

    return decorar
