"""What a file of marks says."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class MarcaLida(NamedTuple):
    """`momento` is naive where the file names no zone: the clock's own. `pessoa`: digits of a CPF or PIS, or a
    matrícula, as `especie` says.
    """

    linha: int
    nsr: int
    momento: datetime
    especie: str
    pessoa: str


class Recusa(NamedTuple):
    linha: int
    motivo: str


class ArquivoIlegivel(Exception):
    """O arquivo não é de marcações."""


@dataclass
class Leitura:
    """`relogio`: the clock that the file says it is from, empty when it says none."""

    formato: str
    relogio: str = ""
    marcas: list[MarcaLida] = field(default_factory=list)
    recusas: list[Recusa] = field(default_factory=list)
    avisos: list[str] = field(default_factory=list)


def decodificar(conteudo: bytes) -> str:
    """UTF-8 with or without BOM, else ISO 8859-1, which the Portaria names."""
    try:
        return conteudo.decode("utf-8-sig")
    except UnicodeDecodeError:
        return conteudo.decode("iso-8859-1")
