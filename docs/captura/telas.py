"""Which screens are photographed, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from captura.paginas import CAPITULOS
from captura.paginas_da_empresa import CAPITULOS_DA_EMPRESA
from captura.paginas_dos_provedores import CAPITULOS_DOS_PROVEDORES


class Foto(NamedTuple):
    """A screen: its picture's name, its address, and how tall the picture is (None: the whole page)."""

    nome: str
    endereco: str
    altura: int | None = 900


class Modo(NamedTuple):
    sufixo: str
    largura: int
    escuro: bool


CLARO = Modo("", 1400, False)
MODOS = (CLARO, Modo("-escuro", 1400, True), Modo("-celular", 390, False))


def fotos(ids: Mapping[str, Any]) -> list[Foto]:
    """Every page of every chapter, in the order of the manual, its address filled in with the ids of the example."""
    capitulos = CAPITULOS | CAPITULOS_DA_EMPRESA | CAPITULOS_DOS_PROVEDORES
    paginas = [Foto(*pagina) for capitulo in capitulos.values() for pagina in capitulo]
    return [foto._replace(endereco=foto.endereco.format_map(ids)) for foto in paginas]
