"""Where copies of the events are: an archive registers here how they are read. They show what a changed event was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

Fonte = Callable[[Sequence[UUID]], Mapping[UUID, bytes]]

_fontes: list[Fonte] = []


def registrar_fonte(fonte: Fonte) -> None:
    """Add an archive: given ids, the canonical bytes (`serial.canonico`) of those that it has. In `AppConfig.ready`."""
    if fonte not in _fontes:
        _fontes.append(fonte)


def buscar(eventos: Sequence[UUID]) -> dict[UUID, bytes]:
    """The bytes of these events, from the first archive that has each."""
    achados: dict[UUID, bytes] = {}
    for fonte in _fontes:
        faltam = [evento for evento in eventos if evento not in achados]
        if faltam:
            achados.update(fonte(faltam))
    return achados
