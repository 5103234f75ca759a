"""Official tables, as published, kept beside the code in `dados/`."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

_PASTA = Path(__file__).parent / "dados"


class MeioPagamento(NamedTuple):
    """A means of payment of the NF-e (tPag). `grupo_card` says whether the XML's group card goes with it."""

    codigo: str
    descricao: str
    grupo_card: str
    observacao: str


class Uf(NamedTuple):
    codigo_ibge: str
    sigla: str
    nome: str


def _linhas(arquivo: str) -> list[list[str]]:
    with (_PASTA / arquivo).open(encoding="utf-8", newline="") as aberto:
        return list(csv.reader(aberto))[1:]


@cache
def meios_pagamento() -> dict[str, MeioPagamento]:
    """tPag -> means of payment (NT 2020.006 and later, IT 2024.002)."""
    return {linha[0]: MeioPagamento._make(linha) for linha in _linhas("tpag.csv")}


@cache
def bandeiras() -> dict[str, str]:
    """tBand -> the card's brand."""
    return {linha[0]: linha[1] for linha in _linhas("tband.csv")}


@cache
def ufs() -> dict[str, Uf]:
    """Sigla -> UF."""
    return {linha[1]: Uf._make(linha) for linha in _linhas("uf.csv")}


class Municipio(NamedTuple):
    """A município as the IBGE names it. 240 names repeat between UFs: a name alone says nothing."""

    codigo_ibge: str
    uf: str
    nome: str


class Pais(NamedTuple):
    """A country as the Banco Central names it, often inverted (`ALBANIA, REPUBLICA DA`)."""

    codigo_bacen: str
    nome: str


@cache
def municipios() -> dict[str, Municipio]:
    """IBGE code -> município. Check digits are not judged: nine codes fail them legitimately."""
    return {linha[0]: Municipio(*linha[:3]) for linha in _linhas("ibge_municipios.csv")}


@cache
def paises() -> dict[str, Pais]:
    """BACEN code, as published -> country."""
    return {linha[0]: Pais(*linha[:2]) for linha in _linhas("paises_bacen.csv")}
