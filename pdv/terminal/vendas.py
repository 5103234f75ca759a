"""One simulated sale: items, discounts, payments. Pure, from a Random to rows not yet saved."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from pdv.tabelas import Especie
from pdv.terminal.catalogo import Produto
from pdv.terminal.meios import ZERO, Meio
from pdv.terminal.memoria import Vale
from pdv.terminal.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, OperacaoPdv
from pdv.terminal.pagamentos import sortear_pagamentos
from pdv.terminal.pessoas import CLIENTES, codigo_cliente, cpf
from pdv.terminal.rateio import CENTAVO, ratear
from pdv.terminal.registro import Registro

ITENS_MAXIMO = 40
ITENS_MEDIO = 5.5
MILIONESIMO = Decimal("0.000001")


@dataclass(slots=True)
class Linha:
    """An item while the sale is being rung up."""

    produto: Produto
    quantidade: Decimal
    bruto: Decimal
    desconto: Decimal = ZERO
    acrescimo: Decimal = ZERO
    cancelada: bool = False

    @property
    def liquido(self) -> Decimal:
        return self.bruto - self.desconto + self.acrescimo


@dataclass(frozen=True, slots=True)
class Venda:
    """A sale without its note; `linhas` in the order of `registro.itens`."""

    registro: Registro
    linhas: Sequence[Linha]


def novo_guid(sorteio: Random) -> uuid.UUID:
    return uuid.UUID(int=sorteio.getrandbits(128), version=4)


def sortear_venda(
    sorteio: Random, produtos: Sequence[Produto], inicio: datetime, termino: datetime, intruso: Produto | None = None,
    vale: Vale | None = None,
) -> Venda:  # fmt: skip
    """A sale; its cancelled items count for nothing. `intruso` is a product that the sale must have.

    `vale` pays first, with what is left of it or what the sale costs; the memory is told by who asked.
    """
    linhas = _sortear_linhas(sorteio, produtos, intruso)
    vivas = [linha for linha in linhas if not linha.cancelada]
    _ajustar_total(sorteio, vivas)
    total = sum((linha.liquido for linha in vivas), ZERO)
    pagamentos = _pagar_com_vale(vale, total) if vale else []
    if falta := total - sum((p.valor for p in pagamentos), ZERO):
        pagamentos += sortear_pagamentos(sorteio, falta, termino, len(pagamentos) + 1)
    vendedor = sorteio.choice((None, None, None, 201, 202, 203))
    operacao = OperacaoPdv(
        guid_operacao=novo_guid(sorteio),
        operacao=Especie.VENDA,
        data_hora_inicio=inicio,
        data_hora_termino=termino,
        valor_produtos=sum((linha.bruto for linha in vivas), ZERO),
        valor_desconto=sum((linha.desconto for linha in vivas), ZERO),
        valor_acrescimo=sum((linha.acrescimo for linha in vivas), ZERO),
        valor_total=total,
        valor_troco=sum((p.valor_troco for p in pagamentos), ZERO),
    )
    _identificar(sorteio, operacao, pagamentos)
    ligacoes = [vale.ligar(pagamentos[0])] if vale else []
    itens = [_item(numero, linha, vendedor) for numero, linha in enumerate(linhas, 1)]
    return Venda(Registro(operacao, itens, pagamentos, ligacoes=ligacoes), linhas)


def _pagar_com_vale(vale: Vale, total: Decimal) -> list[FinalizadorOperacaoPdv]:
    return [FinalizadorOperacaoPdv(item=1, id_finalizador=int(Meio.VALE_LOJA), valor=min(vale.saldo, total))]


def _sortear_linhas(sorteio: Random, produtos: Sequence[Produto], intruso: Produto | None) -> list[Linha]:
    quantos = min(ITENS_MAXIMO, 1 + int(sorteio.expovariate(1 / ITENS_MEDIO)))
    linhas = [_sortear_linha(sorteio, _escolher(sorteio, produtos)) for _ in range(quantos)]
    if intruso is not None:
        linhas[0] = _sortear_linha(sorteio, intruso)
    elif quantos > 1 and sorteio.random() < 0.06:
        linhas[sorteio.randrange(quantos)].cancelada = True
    return linhas


def _escolher(sorteio: Random, produtos: Sequence[Produto]) -> Produto:
    """A few products sell every minute, most of them seldom."""
    return produtos[int(len(produtos) * sorteio.random() ** 2.5)]


def _sortear_linha(sorteio: Random, produto: Produto) -> Linha:
    quantidade = _sortear_quantidade(sorteio, produto)
    bruto = (quantidade * produto.preco).quantize(CENTAVO, ROUND_HALF_UP)
    linha = Linha(produto, quantidade, bruto)
    if bruto > 2 and sorteio.random() < 0.07:
        linha.desconto = (bruto * sorteio.randint(3, 30) / 100).quantize(CENTAVO)
    return linha


def _sortear_quantidade(sorteio: Random, produto: Produto) -> Decimal:
    if not produto.por_peso:
        return Decimal(sorteio.choice((1, 1, 1, 1, 1, 2, 2, 3, 4, 6, 12)))
    if sorteio.random() < 0.2:  # scales of the fourth decimal
        return Decimal(sorteio.randint(800, 35_000)) / 10_000
    return Decimal(sorteio.randint(80, 3500)) / 1000


def _ajustar_total(sorteio: Random, linhas: Sequence[Linha]) -> None:
    """A discount or a surcharge on the whole sale, shared out among the items."""
    pesos = [linha.liquido for linha in linhas]
    subtotal = sum(pesos, ZERO)
    sorte = sorteio.random()
    if sorte < 0.04:
        desconto = (subtotal * sorteio.randint(2, 10) / 100).quantize(CENTAVO)
    elif sorte < 0.06 and subtotal > 5:
        desconto = subtotal % 1  # "I'll take off the cents"
    else:
        desconto = ZERO
    acrescimo = Decimal("6.90") if sorte > 0.98 else ZERO  # delivery
    for linha, menos, mais in zip(linhas, ratear(desconto, pesos), ratear(acrescimo, pesos), strict=True):
        linha.desconto += menos
        linha.acrescimo += mais


def _item(numero: int, linha: Linha, vendedor: int | None) -> ItemOperacaoPdv:
    return ItemOperacaoPdv(
        item=numero,
        id_produto=linha.produto.codigo,
        codigo_barras=linha.produto.gtin,
        descricao=linha.produto.descricao,
        unidade=linha.produto.unidade,
        quantidade_primaria=linha.quantidade,
        valor_unitario_liquido=(linha.liquido / linha.quantidade).quantize(MILIONESIMO, ROUND_HALF_UP),
        valor_desconto=linha.desconto,
        valor_acrescimo=linha.acrescimo,
        valor_total_liquido=linha.liquido,
        cfop="5102",
        ncm=linha.produto.ncm,
        id_usuario_vendedor=vendedor,
        cancelado=linha.cancelada,
    )


def _identificar(sorteio: Random, operacao: OperacaoPdv, pagamentos: Sequence[FinalizadorOperacaoPdv]) -> None:
    """Crediário names its customer; of the others, some give their CPF for the note."""
    cliente = sorteio.randrange(1, CLIENTES + 1)
    if any(p.id_finalizador == Meio.CREDIARIO for p in pagamentos):
        operacao.codigo_cliente = codigo_cliente(cliente)
        operacao.cpf_cnpj_consumidor = cpf(cliente)
    elif sorteio.random() < 0.25:
        operacao.cpf_cnpj_consumidor = cpf(cliente)
