"""What must be true of a venda: a flat list of rules, run in order, every problem collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pdv.processamento.efeitos.regras_pagamento import DE_PAGAMENTO, ZERO, Regra, diferenca
from pdv.processamento.efeitos.valores import Cadastro, Operacao
from pdv.processamento.erros import Problema


def itens_existem(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    if all(i.cancelado for i in operacao.itens):
        yield Problema("VENDA_SEM_ITENS", "a operação não tem itens válidos: esperado ao menos 1")


def quantidades_positivas(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    for i in operacao.itens:
        if i.quantidade <= 0 and not i.cancelado:
            yield Problema("QUANTIDADE_INVALIDA", f"item {i.item}: quantidade {i.quantidade}, esperado maior que zero")


def produtos_cadastrados(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    conhecidos = cadastro.produtos
    vendidos = (i.id_produto for i in operacao.itens if not i.cancelado)
    for codigo in dict.fromkeys(codigo for codigo in vendidos if codigo not in conhecidos):
        yield Problema("PRODUTO_NAO_CADASTRADO", f"produto {codigo} não está cadastrado", str(codigo))


def itens_fecham(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    soma = sum((i.total for i in operacao.itens if not i.cancelado), ZERO)
    if soma != operacao.total:
        yield Problema("ITENS_NAO_FECHAM", diferenca("soma dos itens", soma, "total", operacao.total))


def total_fecha(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    liquido = operacao.produtos - operacao.desconto + operacao.acrescimo
    if liquido != operacao.total:
        nome = "produtos menos desconto mais acréscimo"
        yield Problema("TOTAL_NAO_FECHA", diferenca(nome, liquido, "total", operacao.total))


DE_ITENS: tuple[Regra, ...] = (itens_existem, quantidades_positivas, produtos_cadastrados, itens_fecham, total_fecha)
DA_VENDA: tuple[Regra, ...] = (*DE_ITENS, *DE_PAGAMENTO)


def problemas_de(regras: Iterable[Regra], operacao: Operacao, cadastro: Cadastro) -> list[Problema]:
    return [problema for regra in regras for problema in regra(operacao, cadastro)]
