"""What can be wrong with the trail, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

MAXIMO: Final = 100  # of problems told: past so many, more would not help


@dataclass(frozen=True)
class Problema:
    """One thing that is not as it must be; `sequencia` and `evento` say where, when it is at one place."""

    codigo: str
    texto: str
    sequencia: int | None = None
    evento: str | None = None

    def em_json(self) -> dict[str, Any]:
        return asdict(self)


def no_selo(codigo: str, sequencia: int, evento: UUID | None, porque: str) -> Problema:
    """A problem at one seal; the text begins by naming it."""
    onde = f"sequência {sequencia}" + (f", evento {evento}" if evento else "")
    return Problema(codigo, f"{onde}: {porque}", sequencia, str(evento) if evento else None)
