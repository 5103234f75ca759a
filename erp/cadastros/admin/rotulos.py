"""A column of a list shown as a coloured label: unfold's own decorator, with types."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def rotulo(descricao: str, cores: Mapping[Any, str]) -> Callable[[F], F]:
    """The method returns (key of `cores`, text); a colour is one of success, info, warning, danger."""

    def decorar(metodo: F) -> F:
        metodo.__dict__.update(short_description=descricao, label=dict(cores))  # what admin and unfold read
        return metodo

    return decorar
