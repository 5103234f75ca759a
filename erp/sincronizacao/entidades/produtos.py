"""Products and, apart, their prices: a price changes a hundred times more often than its product."""

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from erp.cadastros.models import Produto
from erp.sincronizacao.entidades.base import Dados, EntidadeDeTabela, Registros

Barras = Annotated[str, Meta(max_length=14, pattern=r"^[^\x00]*\Z")]
Ncm = Annotated[str, Meta(max_length=8, pattern=r"^[^\x00]*\Z")]
Unidade = Annotated[str, Meta(min_length=1, max_length=6, pattern=r"^[^\x00]*\Z")]
Descricao = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00]*\Z")]


class DadosProduto(Dados):
    descricao: Descricao
    codigo_barras: Barras
    unidade: Unidade
    ncm: Ncm
    controla_estoque: bool
    ativo: bool


class Produtos(EntidadeDeTabela):
    nome = "produtos"
    titulo = "Produtos"
    dados = DadosProduto
    modelo = Produto
    tabelas = (Produto,)
    numerica = 2**63 - 1
    inativo = {"ativo": False}


class DadosPreco(Dados):
    preco: Decimal

    def __post_init__(self) -> None:
        if not self.preco.is_finite() or not 0 <= self.preco < 10**13 or self.preco != round(self.preco, 2):
            raise ValueError(f"preço: esperado de 0 a 9999999999999,99 com duas casas, recebido {self.preco}")


class Precos(EntidadeDeTabela):
    """The price of a product that is here. A deleted product keeps its price: it is inactive."""

    nome = "precos"
    titulo = "Preços"
    dados = DadosPreco
    modelo = Produto
    tabelas = (Produto,)
    numerica = 2**63 - 1
    inativo = {}

    def faltas(self, registros: Registros) -> dict[str, str]:
        aqui = self.ler(registros)
        return {chave: f"o produto {chave}" for chave in registros if chave not in aqui}

    def gravar(self, registros: Registros, novos: Collection[str]) -> None:
        assert not novos, "a price never makes a product"
        super().gravar(registros, novos)


PRODUTOS = Produtos()
PRECOS = Precos()
