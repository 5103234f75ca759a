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
