"""Suprimento and sangria: money between the till's drawer and the filial's safe. Falta and sobra: what was not there."""

from decimal import Decimal

from erp.financeiro.models import Lancamento, Origem
from erp.financeiro.rules import ZERO, LancamentoNovo
from pdv.processamento.efeitos.datas import dia_contabil, dia_local
from pdv.processamento.efeitos.regras_pagamento import diferenca
from pdv.processamento.efeitos.valores import Cadastro, Contexto, Efeitos, Operacao
from pdv.processamento.erros import OperacaoInvalida, Problema

_PDV = int(Origem.PDV)
_QUEBRA = int(Lancamento.Natureza.QUEBRA)


def suprimento(operacao: Operacao, cadastro: Cadastro, contexto: Contexto, geracao: int) -> Efeitos:
    """Out of the safe, into the drawer."""
    return _transferir(operacao, cadastro, geracao, int(Lancamento.Natureza.SUPRIMENTO), para_o_caixa=1)


def sangria(operacao: Operacao, cadastro: Cadastro, contexto: Contexto, geracao: int) -> Efeitos:
    """Out of the drawer, into the safe."""
    return _transferir(operacao, cadastro, geracao, int(Lancamento.Natureza.SANGRIA), para_o_caixa=-1)


def _transferir(operacao: Operacao, cadastro: Cadastro, geracao: int, natureza: int, para_o_caixa: int) -> Efeitos:
    pdv = cadastro.pontos_venda[operacao.ponto_venda_id]
    problemas = []
    if operacao.total <= 0:
        problemas.append(Problema("VALOR_INVALIDO", f"valor {operacao.total}: esperado maior que zero"))
    if pdv.conta_cofre_id is None:
        problemas.append(Problema("FILIAL_SEM_COFRE", "a filial do PDV não tem conta de cofre", str(pdv.filial_id)))
    if problemas or pdv.conta_cofre_id is None:
        raise OperacaoInvalida(problemas)
    contabil = dia_contabil(dia_local(operacao.ocorrida_em), cadastro)
    lancamentos = [
        LancamentoNovo(
            conta,
            operacao.filial_id,
            natureza,
            None,
            valor,
            "",
            operacao.ocorrida_em,
            contabil,
            _PDV,
            geracao,
            sequencia,
        )
        for sequencia, (conta, valor) in enumerate(
            [
                (pdv.conta_caixa_id, operacao.total * para_o_caixa),
                (pdv.conta_cofre_id, -operacao.total * para_o_caixa),
            ]
        )
    ]
    return Efeitos([], lancamentos, [], [])


def falta(operacao: Operacao, cadastro: Cadastro, contexto: Contexto, geracao: int) -> Efeitos:
    """The difference between what was counted and what was expected leaves the drawer; a sobra comes in.

    A sobra is said by `valor_acrescimo` equal to the total. The payments, where there are any, say of what finalizador.
    """
    partes: list[tuple[int | None, Decimal]] = [(p.id_finalizador, p.valor) for p in operacao.pagamentos] or [
        (None, operacao.total)
    ]
    soma = sum((valor for _, valor in partes), ZERO)
    problemas = []
    if operacao.total <= 0:
        problemas.append(Problema("VALOR_INVALIDO", f"valor {operacao.total}: esperado maior que zero"))
    if soma != operacao.total:
        problemas.append(
            Problema("PAGAMENTO_NAO_FECHA", diferenca("soma dos finalizadores", soma, "total", operacao.total))
        )
    if problemas:
        raise OperacaoInvalida(problemas)
    sinal = 1 if operacao.acrescimo == operacao.total else -1
    pdv = cadastro.pontos_venda[operacao.ponto_venda_id]
    contabil = dia_contabil(dia_local(operacao.ocorrida_em), cadastro)
    lancamentos = [
        LancamentoNovo(
            pdv.conta_caixa_id, operacao.filial_id, _QUEBRA, finalizador, sinal * valor, "", operacao.ocorrida_em, contabil,
            _PDV, geracao, sequencia,
        )
        for sequencia, (finalizador, valor) in enumerate(partes)
        if valor
    ]  # fmt: skip
    return Efeitos([], lancamentos, [], [])
