"""One simulated devolução: goods of an earlier sale come back, for cash or for a vale of the shop."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from random import Random

from pdv.tabelas import Especie
from pdv.terminal.catalogo import Produto
from pdv.terminal.meios import ZERO, Meio
from pdv.terminal.memoria import Devolvido, ItemVendido, Memoria, VendaFeita
from pdv.terminal.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, OperacaoPdv
from pdv.terminal.pessoas import CLIENTES, codigo_cliente, cpf
from pdv.terminal.rateio import CENTAVO
from pdv.terminal.registro import Registro
from pdv.terminal.vendas import MILIONESIMO, novo_guid

SEM_ORIGEM = 0.08
EM_VALE = 0.45
VENDA_INTEIRA = 0.2
ITEM_INTEIRO = 0.6
CFOP_DEVOLUCAO = "1202"
_MILESIMO = Decimal("0.001")


def sortear_devolucao(
    sorteio: Random, memoria: Memoria, produtos: Sequence[Produto], gaveta: Decimal, inicio: datetime, termino: datetime
) -> Registro | None:
    """A devolução, noted in the memory; None when there is nothing that could come back.

    Refunded in cash while the drawer has it; by lot, or for want of cash, as a vale.
    """
    venda = None if sorteio.random() < SEM_ORIGEM else _escolher(sorteio, memoria)
    if venda is not None:
        devolvidos = _sortear_itens(sorteio, venda)
        memoria.devolveu(venda, devolvidos)
        itens = [devolver_item(n, d.de.item, d.quantidade, d.valor) for n, d in enumerate(devolvidos, 1)]
    elif memoria.vendas:
        itens = [_item_avulso(sorteio, produtos)]
    else:
        return None
    total = sum((item.valor_total_liquido for item in itens), ZERO)
    meio = Meio.VALE_LOJA if total > gaveta or sorteio.random() < EM_VALE else Meio.DINHEIRO
    registro = montar_devolucao(sorteio, venda, itens, meio, inicio, termino)
    if meio is Meio.VALE_LOJA:
        memoria.deu_vale(registro.operacao, total)
    return registro


def sortear_devolucao_a_mais(sorteio: Random, memoria: Memoria, inicio: datetime, termino: datetime) -> Registro | None:
    """More than was sold comes back: what a till that forgets its sales would let through. For a vale, never for cash."""
    venda = _escolher(sorteio, memoria)
    if venda is None:
        return None
    venda.intacta = False
    vendido = sorteio.choice(venda.itens).item
    item = devolver_item(1, vendido, vendido.quantidade_primaria + 1, vendido.valor_total_liquido)
    return montar_devolucao(sorteio, venda, [item], Meio.VALE_LOJA, inicio, termino)


def montar_devolucao(
    sorteio: Random, venda: VendaFeita | None, itens: Sequence[ItemOperacaoPdv], meio: Meio, inicio: datetime,
    termino: datetime,
) -> Registro:  # fmt: skip
    total = sum((item.valor_total_liquido for item in itens), ZERO)
    operacao = OperacaoPdv(
        guid_operacao=novo_guid(sorteio),
        operacao=Especie.DEVOLUCAO,
        data_hora_inicio=inicio,
        data_hora_termino=termino,
        valor_produtos=total,
        valor_total=total,
    )
    _identificar(sorteio, operacao, venda)
    reembolso = FinalizadorOperacaoPdv(item=1, id_finalizador=int(meio), valor=total)
    origem = [] if venda is None else [venda.ligar(operacao)]
    return Registro(operacao, itens, [reembolso], ligacoes=origem)


def _escolher(sorteio: Random, memoria: Memoria) -> VendaFeita | None:
    """A sale that still has something to return, the last days' rather than older ones."""
    for _ in range(8):
        if memoria.vendas:
            venda = memoria.vendas[-1 - int(len(memoria.vendas) * sorteio.random() ** 2)]
            if venda.itens:
                return venda
    return None


def _sortear_itens(sorteio: Random, venda: VendaFeita) -> list[Devolvido]:
    if sorteio.random() < VENDA_INTEIRA:
        return [Devolvido(item, item.quantidade, item.valor) for item in venda.itens]
    quantos = min(len(venda.itens), sorteio.choice((1, 1, 1, 2, 3)))
    return [_sortear_quanto(sorteio, item) for item in sorteio.sample(venda.itens, quantos)]


def _sortear_quanto(sorteio: Random, item: ItemVendido) -> Devolvido:
    """All that is left, or a part at its share of the item's total; the last one to come back takes the cents."""
    tudo = Devolvido(item, item.quantidade, item.valor)
    if sorteio.random() < ITEM_INTEIRO:
        return tudo
    if item.item.unidade == "KG":
        quantidade = (item.quantidade * sorteio.randint(20, 80) / 100).quantize(_MILESIMO, ROUND_DOWN)
    else:
        quantidade = Decimal(sorteio.randint(1, max(1, int(item.quantidade) - 1)))
    valor = (item.item.valor_total_liquido * quantidade / item.item.quantidade_primaria).quantize(CENTAVO, ROUND_DOWN)
    if not (0 < quantidade < item.quantidade and 0 < valor < item.valor):
        return tudo
    return Devolvido(item, quantidade, valor)


def devolver_item(numero: int, vendido: ItemOperacaoPdv, quantidade: Decimal, valor: Decimal) -> ItemOperacaoPdv:
    return ItemOperacaoPdv(
        item=numero,
        id_produto=vendido.id_produto,
        codigo_barras=vendido.codigo_barras,
        descricao=vendido.descricao,
        unidade=vendido.unidade,
        quantidade_primaria=quantidade,
        valor_unitario_liquido=(valor / quantidade).quantize(MILIONESIMO, ROUND_HALF_UP),
        valor_total_liquido=valor,
        cfop=CFOP_DEVOLUCAO,
        ncm=vendido.ncm,
        id_usuario_vendedor=vendido.id_usuario_vendedor,
    )


def _item_avulso(sorteio: Random, produtos: Sequence[Produto]) -> ItemOperacaoPdv:
    """One piece without its receipt, at the shelf's price."""
    produto = sorteio.choice(produtos)
    return ItemOperacaoPdv(
        item=1,
        id_produto=produto.codigo,
        codigo_barras=produto.gtin,
        descricao=produto.descricao,
        unidade=produto.unidade,
        quantidade_primaria=Decimal(1),
        valor_unitario_liquido=produto.preco,
        valor_total_liquido=produto.preco,
        cfop=CFOP_DEVOLUCAO,
        ncm=produto.ncm,
    )


def _identificar(sorteio: Random, operacao: OperacaoPdv, venda: VendaFeita | None) -> None:
    """Who returns something says who they are: it is the sale's customer, where the sale named one."""
    cliente = sorteio.randrange(1, CLIENTES + 1)
    operacao.codigo_cliente = venda.operacao.codigo_cliente if venda else ""
    operacao.cpf_cnpj_consumidor = venda.operacao.cpf_cnpj_consumidor if venda else ""
    if not operacao.cpf_cnpj_consumidor:
        operacao.codigo_cliente, operacao.cpf_cnpj_consumidor = codigo_cliente(cliente), cpf(cliente)
