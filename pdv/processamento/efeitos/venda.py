"""Venda: stock out per item; money in per payment, by the especie of its finalizador (design 5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from erp.estoque.models import Natureza, Origem
from erp.estoque.rules import ZERO, MovimentoNovo
from erp.financeiro.models import Lancamento
from pdv.processamento.efeitos.datas import dia_contabil, dia_local
from pdv.processamento.efeitos.pagamentos import Recebido, receber
from pdv.processamento.efeitos.regras_pagamento import formatar
from pdv.processamento.efeitos.regras_venda import DA_VENDA, problemas_de
from pdv.processamento.efeitos.vales import usar_vales
from pdv.processamento.efeitos.valores import Cadastro, Contexto, Efeitos, Operacao
from pdv.processamento.erros import OperacaoInvalida, Problema

_PDV = int(Origem.PDV)
_SAIDA = int(Natureza.VENDA)
_VENDA = int(Lancamento.Natureza.VENDA)


def venda(operacao: Operacao, cadastro: Cadastro, contexto: Contexto, geracao: int) -> Efeitos:
    problemas = problemas_de(DA_VENDA, operacao, cadastro) + list(_cobre_o_devolvido(operacao, contexto))
    if problemas:
        raise OperacaoInvalida(problemas)
    contabil = dia_contabil(dia_local(operacao.ocorrida_em), cadastro)
    recebido: Recebido = receber(operacao, cadastro, contabil, geracao, _VENDA)
    baixas = usar_vales(operacao, recebido.em_vale, contexto, contabil, geracao) if recebido.em_vale else []
    return Efeitos(_saidas(operacao, cadastro, contabil, geracao), recebido.lancamentos, recebido.titulos, baixas)


def _cobre_o_devolvido(operacao: Operacao, contexto: Contexto) -> Iterator[Problema]:
    """A sale done again may not sell less than what was given back of it meanwhile."""
    for produto, devolvido in contexto.devolvido.items():
        vendido = sum((i.quantidade for i in operacao.itens if i.id_produto == produto and not i.cancelado), ZERO)
        if vendido < devolvido.quantidade:
            mensagem = (
                f"produto {produto}: vendido {vendido.normalize():f}, já devolvido {devolvido.quantidade.normalize():f}"
            )
            yield Problema("DEVOLUCAO_MAIOR_QUE_VENDIDO", mensagem)
    ja = sum((devolvido.valor for devolvido in contexto.devolvido.values()), ZERO)
    if operacao.total < ja:
        yield Problema(
            "DEVOLUCAO_MAIOR_QUE_VENDIDO", f"vendido {formatar(operacao.total)}, já devolvido {formatar(ja)}"
        )


def _saidas(operacao: Operacao, cadastro: Cadastro, contabil: date, geracao: int) -> list[MovimentoNovo]:
    """One stock entry per item that stands, its cost left open."""
    produtos, filial, quando = cadastro.produtos, operacao.filial_id, operacao.ocorrida_em
    saidas = []
    for item in operacao.itens:
        if item.cancelado:
            continue
        produto, controla = produtos[item.id_produto]
        if controla:
            saidas.append(
                MovimentoNovo(
                    filial, produto, _SAIDA, -item.quantidade, None, quando, contabil, _PDV, geracao, item.item
                )
            )
    return saidas
