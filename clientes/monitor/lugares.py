"""The codes of a customer's place: the official tables first, then what a person said of a name they do not know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from clientes.models import MunicipioInformado, PaisInformado
from clientes.rules import UF_EXTERIOR
from erp.cadastros.lugares import achar_municipio, achar_pais, juntar

BRASIL = "1058"


class Lugar(NamedTuple):
    """Where a customer says they live, as written."""

    cidade: str
    uf: str
    pais: str
    estrangeiro: bool


class Codigos(NamedTuple):
    """Empty where nobody knows."""

    ibge: str
    pais_bc: str


def chave_do_municipio(cidade: str, uf: str) -> tuple[str, str]:
    """What two spellings of one (city, UF) have in common: how a person's word is kept."""
    return juntar(cidade), uf.strip().upper()


def resolver(lugares: Iterable[Lugar]) -> dict[Lugar, Codigos]:
    """The codes of each place, in at most two queries.

    A national who tells no country lives in Brasil; a city without a name, and a country that nobody knows, have none.
    """
    distintos = set(lugares)
    achados = {lugar: Codigos(_municipio(lugar), _pais(lugar)) for lugar in distintos}
    municipios = _municipios_informados({lugar for lugar, codigos in achados.items() if not codigos.ibge})
    paises = _paises_informados({lugar for lugar, codigos in achados.items() if not codigos.pais_bc})
    return {
        lugar: Codigos(
            codigos.ibge or municipios.get(chave_do_municipio(lugar.cidade, lugar.uf), ""),
            codigos.pais_bc or paises.get(juntar(lugar.pais), ""),
        )
        for lugar, codigos in achados.items()
    }


def _municipio(lugar: Lugar) -> str:
    achado = achar_municipio(lugar.cidade, lugar.uf)
    return achado.codigo_ibge if achado else ""


def _pais(lugar: Lugar) -> str:
    if not juntar(lugar.pais):
        nacional = not lugar.estrangeiro and lugar.uf.strip().upper() != UF_EXTERIOR
        return BRASIL if nacional else ""
    achado = achar_pais(lugar.pais)
    return achado.codigo_bacen if achado else ""


def _municipios_informados(lugares: set[Lugar]) -> dict[tuple[str, str], str]:
    cidades = {nome for lugar in lugares if (nome := juntar(lugar.cidade))}
    if not cidades:
        return {}
    linhas = MunicipioInformado.objects.filter(cidade__in=cidades).values_list("cidade", "uf", "codigo_ibge")
    return {(cidade, uf): codigo for cidade, uf, codigo in linhas}


def _paises_informados(lugares: set[Lugar]) -> dict[str, str]:
    nomes = {nome for lugar in lugares if (nome := juntar(lugar.pais))}
    if not nomes:
        return {}
    return dict(PaisInformado.objects.filter(pais__in=nomes).values_list("pais", "codigo_bacen"))
