"""The catalogue of a simulated shop: up to 5,000 plausible products, the same ones always.

Product `k` is the same whatever the size asked for, so that a till with 100 products and a retaguarda with 5,000 agree.
"""

from decimal import Decimal
from functools import cache
from itertools import islice
from random import Random
from typing import NamedTuple

from pdv.terminal.familias import FAMILIAS, Familia

MAXIMO = 5000
PREFIXO_BRASIL = "789"
PREFIXO_BALANCA = "2"  # GS1's range for the shop's own use: labels that the scale prints


class Produto(NamedTuple):
    """One product; `codigo` is the till's `id_produto`. What is sold by weight has unit KG and a scale's barcode."""

    codigo: int
    gtin: str
    descricao: str
    ncm: str
    unidade: str
    preco: Decimal

    @property
    def por_peso(self) -> bool:
        return self.unidade == "KG"


@cache
def catalogo(quantidade: int = 1000) -> tuple[Produto, ...]:
    """Products 1 to `quantidade`. Raises ValueError outside 1..5000."""
    if not 1 <= quantidade <= MAXIMO:
        raise ValueError(f"produtos: esperado de 1 a {MAXIMO}, recebido {quantidade}")
    variedades = islice(_variedades(), quantidade)
    return tuple(_produto(codigo, familia, descricao) for codigo, (familia, descricao) in enumerate(variedades, 1))


def digito_gtin(corpo: str) -> str:
    """The check digit of a GTIN's other digits: weights 3 and 1 from the right, modulo 10."""
    soma = sum(int(c) * (3 if posicao % 2 == 0 else 1) for posicao, c in enumerate(reversed(corpo)))
    return str(-soma % 10)


def _variedades() -> list[tuple[Familia, str]]:
    """Every product there is, one of each family in turn, so that a small shop sells a bit of everything."""
    filas = [(familia, _descricoes(familia)) for familia in FAMILIAS]
    voltas = max(len(descricoes) for _, descricoes in filas)
    return [(familia, descricoes[v]) for v in range(voltas) for familia, descricoes in filas if v < len(descricoes)]


def _descricoes(familia: Familia) -> list[str]:
    return [
        " ".join(parte for parte in (familia.nome, marca, apresentacao) if parte)
        for apresentacao in familia.apresentacoes
        for marca in familia.marcas
    ]


def _produto(codigo: int, familia: Familia, descricao: str) -> Produto:
    por_peso = familia.unidade == "KG"
    corpo = f"{PREFIXO_BALANCA}{codigo:011d}" if por_peso else f"{PREFIXO_BRASIL}{_espalhar(codigo):09d}"
    return Produto(
        codigo=codigo,
        gtin=corpo + digito_gtin(corpo),
        descricao=descricao,
        ncm=familia.ncm,
        unidade=familia.unidade,
        preco=_preco(codigo, familia),
    )


def _espalhar(codigo: int) -> int:
    """A number of nine digits that looks random; the factor is coprime with the range, so none comes twice."""
    return codigo * 387_420_489 % 10**9


def _preco(codigo: int, familia: Familia) -> Decimal:
    """A shelf price within the family's range, in whole reais less one, five or ten cents, or at the half."""
    sorteio = Random(codigo)
    reais = sorteio.uniform(float(familia.preco_minimo), float(familia.preco_maximo))
    centavos = sorteio.choice((99, 99, 99, 95, 90, 49, 50, 79, 29))
    return Decimal(f"{int(reais)}.{centavos:02d}")
