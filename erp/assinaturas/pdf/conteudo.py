"""What a document says, as plain values. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Final

MODELO: Final = 1  # goes up when the same values begin to say something else


@dataclass(frozen=True)
class Campos:
    """Names and values: who, how much, from when."""

    titulo: str
    linhas: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Tabela:
    """`larguras` are proportions, one for each column. `vazia` is said when there is no row."""

    titulo: str
    colunas: tuple[str, ...]
    linhas: tuple[tuple[str, ...], ...]
    larguras: tuple[int, ...]
    vazia: str


@dataclass(frozen=True)
class Clausulas:
    """Numbered sentences."""

    titulo: str
    textos: tuple[str, ...]


@dataclass(frozen=True)
class Conteudo:
    """A whole document. `dia` is its own date, never that of the rendering; `assinam` have a line each at the end."""

    empresa: str
    titulo: str
    dia: date
    blocos: tuple[Campos | Tabela | Clausulas, ...]
    assinam: tuple[str, ...]

    def versao(self) -> str:
        """SHA-256 of what it says: another one as soon as a word changes, whoever draws it."""
        dito = json.dumps([MODELO, asdict(self)], ensure_ascii=False, sort_keys=True, default=str)
        return sha256(dito.encode()).hexdigest()
