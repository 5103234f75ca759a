"""What of the trail is asked, and from where on. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from auditoria import serial
from auditoria.serial import Linha


class Filtro(NamedTuple):
    """What is empty asks for nothing. `objetos` and `objeto_ids` are the ways that one thing is written; `ate` is left out."""

    ator: str = ""
    acao: str = ""
    objetos: tuple[str, ...] = ()
    objeto_ids: tuple[str, ...] = ()
    desde: datetime | None = None
    ate: datetime | None = None

    def partes(self) -> list[Filtro]:
        """One question for each way of writing: only a question with one has its rows in the order of an index."""
        dos_tipos = [self._replace(objetos=(objeto,)) for objeto in self.objetos] or [self]
        return [f._replace(objeto_ids=(id_,)) for f in dos_tipos for id_ in self.objeto_ids] or dos_tipos

    @property
    def objeto(self) -> str:
        """Of a part: the one way in which its kind of thing is written."""
        return self.objetos[0] if self.objetos else ""

    @property
    def objeto_id(self) -> str:
        """Of a part: the one name of its thing."""
        return self.objeto_ids[0] if self.objeto_ids else ""


class Ponto(NamedTuple):
    """The place of an event in the list: its instant, and its id, for those of one instant."""

    em: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{serial.instante(self.em)}_{self.id}"


class Trecho(NamedTuple):
    """Up to `limite` events older than a place (newer, `para_cima`); without a place, the newest (the oldest)."""

    de: Ponto | None = None
    limite: int = 50
    para_cima: bool = False


class Visto(NamedTuple):
    """An event as it was read. Without `sequencia` no seal has it yet; `do_arquivo`: PostgreSQL has it no more."""

    linha: Linha
    sequencia: int | None = None
    selado_em: datetime | None = None
    selo: bytes = b""
    do_arquivo: bool = False

    @property
    def ponto(self) -> Ponto:
        return Ponto(self.linha.em, self.linha.id)


def ler_ponto(texto: str) -> Ponto | None:
    """The place that `str(ponto)` wrote; None for any other text.

    >>> ler_ponto("2026-11-22T21:06:26.000000Z_019ab0c8-0000-7000-8000-000000000001").em.year
    2026
    >>> ler_ponto("1")
    """
    instante, _, id_ = texto.partition("_")
    try:
        em = datetime.fromisoformat(instante)
        return Ponto(em, UUID(id_)) if em.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
