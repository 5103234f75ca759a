"""A company to try things on: filiais, tills, accounts, finalizadores. For the simulator, the demo and the tests."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from erp.cadastros.importacoes.produtos import gravar_produtos
from erp.cadastros.models import (
    Adquirente,
    CondicaoFinalizador,
    Conta,
    EspecieFinalizador,
    Filial,
    Finalizador,
    PontoVenda,
    Produto,
)

DESDE = date(2020, 1, 1)
NOMES = ("Matriz", "Norte", "Sul", "Leste", "Oeste", "Centro")


class LinhaProduto(NamedTuple):
    """A product as the simulator's catalogue has it; `preco` is a Decimal or its text."""

    codigo: int
    gtin: str
    descricao: str
    ncm: str
    unidade: str
    preco: Decimal | str


class _Forma(NamedTuple):
    codigo: int
    nome: str
    especie: EspecieFinalizador
    dias_primeira: int = 0
    dias_intervalo: int = 30
    taxa: str = "0"
    da_loja: bool = False  # a vale that the shop itself gives: no acquirer owes it


_E = EspecieFinalizador
_FORMAS = (
    _Forma(1, "Dinheiro", _E.DINHEIRO),
    _Forma(2, "Cheque", _E.CHEQUE, 30),
    _Forma(3, "Cartão de crédito", _E.CARTAO, 30, 30, "2.99"),
    _Forma(4, "Cartão de débito", _E.CARTAO, 1, 30, "1.49"),
    _Forma(5, "Crediário", _E.CREDIARIO, 30),
    _Forma(10, "Vale alimentação", _E.VALE, 30, 30, "3.5"),
    _Forma(17, "Pix", _E.PIX),
    _Forma(20, "Pix estático", _E.PIX),
    _Forma(21, "Vale da loja", _E.VALE, da_loja=True),
    _Forma(99, "Outros", _E.OUTROS),
)
_PELO_ADQUIRENTE = {_E.CARTAO, _E.VALE}


@transaction.atomic
def carregar_exemplo(filiais: int = 2, pontos_venda: int = 3) -> None:
    """Register filiais 1..n, tills 1..m shared out among them in turn, their accounts, and the finalizadores.

    What exists already, by its code, is left as it is: running it again changes nothing.
    """
    if filiais < 1 or pontos_venda < 0:
        raise ValueError(f"filiais {filiais}, pontos de venda {pontos_venda}: é preciso ao menos uma filial")
    banco = _conta("BANCO-1", "Banco – conta corrente", Conta.Tipo.BANCO, None)
    lojas = [_filial(codigo) for codigo in range(1, filiais + 1)]
    for codigo in range(1, pontos_venda + 1):
        _ponto_venda(codigo, lojas[(codigo - 1) % filiais])
    _finalizadores(banco)


def carregar_produtos(linhas: Iterable[LinhaProduto | tuple[int, str, str, str, str, Decimal | str]]) -> int:
    """Insert or update products by `codigo`, set-based; returns how many. The last of repeated lines holds."""
    produtos = {
        linha.codigo: Produto(
            codigo=linha.codigo,
            codigo_barras=linha.gtin,
            descricao=linha.descricao[:120],
            ncm=linha.ncm,
            unidade=linha.unidade,
            preco=Decimal(linha.preco),
        )
        for linha in map(LinhaProduto._make, linhas)
    }
    gravar_produtos(list(produtos.values()))
    return len(produtos)


def _filial(codigo: int) -> Filial:
    nome = NOMES[codigo - 1] if codigo <= len(NOMES) else f"Filial {codigo}"
    filial, _ = Filial.objects.get_or_create(codigo=codigo, defaults={"nome": nome, "uf": "MG"})
    if filial.conta_cofre_id is None:
        filial.conta_cofre = _conta(f"COFRE-{codigo}", f"Cofre {nome}", Conta.Tipo.COFRE, filial)
        filial.save(update_fields=["conta_cofre"])
    return filial


def _ponto_venda(codigo: int, filial: Filial) -> None:
    if PontoVenda.objects.filter(codigo=codigo).exists():
        return
    caixa = _conta(f"CAIXA-{codigo}", f"Caixa {codigo}", Conta.Tipo.CAIXA, filial)
    PontoVenda.objects.create(codigo=codigo, nome=f"Caixa {codigo}", filial=filial, conta_caixa=caixa)


def _conta(codigo: str, nome: str, tipo: Conta.Tipo, filial: Filial | None) -> Conta:
    conta, _ = Conta.objects.get_or_create(codigo=codigo, defaults={"nome": nome, "tipo": tipo, "filial": filial})
    return conta


def _finalizadores(banco: Conta) -> None:
    adquirente, _ = Adquirente.objects.get_or_create(nome="Adquirente exemplo", defaults={"cnpj": "01027058000191"})
    for forma in _FORMAS:
        finalizador, _ = Finalizador.objects.get_or_create(
            codigo=forma.codigo, defaults={"nome": forma.nome, "especie": forma.especie}
        )
        if finalizador.condicoes.exists():
            continue
        CondicaoFinalizador.objects.create(
            finalizador=finalizador,
            vigente_desde=DESDE,
            adquirente=adquirente if forma.especie in _PELO_ADQUIRENTE and not forma.da_loja else None,
            conta=banco if forma.especie == _E.PIX else None,
            dias_primeira=forma.dias_primeira,
            dias_intervalo=forma.dias_intervalo,
            taxa_percentual=Decimal(forma.taxa),
        )
