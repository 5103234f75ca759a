"""Suprimento and sangria: money between the till's drawer and the filial's safe."""

from erp.financeiro.models import Lancamento, Origem
from erp.financeiro.rules import LancamentoNovo
from pdv.processamento.efeitos.datas import dia_contabil, dia_local
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.processamento.valores import Cadastro, Efeitos, Operacao

_PDV = int(Origem.PDV)


def suprimento(operacao: Operacao, cadastro: Cadastro, geracao: int) -> Efeitos:
    """Out of the safe, into the drawer."""
    return _transferir(operacao, cadastro, geracao, int(Lancamento.Natureza.SUPRIMENTO), para_o_caixa=1)


def sangria(operacao: Operacao, cadastro: Cadastro, geracao: int) -> Efeitos:
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
    return Efeitos([], lancamentos, [])
