"""Devolução: stock in at the cost at which it went out; a refund in cash, by Pix, or as store credit (design 5.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from erp.cadastros.models import EspecieFinalizador
from erp.estoque.models import Natureza, Origem
from erp.estoque.rules import MovimentoNovo
from erp.financeiro.models import Lancamento, Sentido
from erp.financeiro.rules import CENTAVO, ZERO, LancamentoNovo, TituloNovo
from pdv.processamento.efeitos.datas import dia_contabil, dia_local
from pdv.processamento.efeitos.origem import exigir_origem
from pdv.processamento.efeitos.pagamentos import POR_PAGAMENTO, e_credito_da_loja
from pdv.processamento.efeitos.regras_pagamento import formatar
from pdv.processamento.efeitos.regras_venda import DA_VENDA, problemas_de
from pdv.processamento.efeitos.vales import codigo_do_vale
from pdv.processamento.efeitos.valores import Cadastro, Contexto, Efeitos, ItemVendido, Operacao, Pagamento
from pdv.processamento.efeitos.valores import Origem as OrigemRef
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.tabelas import Especie

_PDV = int(Origem.PDV)
_ENTRADA = int(Natureza.DEVOLUCAO)
_SAI = int(Lancamento.Natureza.DEVOLUCAO)
_DINHEIRO, _PIX, _VALE = (
    e.value for e in (EspecieFinalizador.DINHEIRO, EspecieFinalizador.PIX, EspecieFinalizador.VALE)
)
_NADA = ItemVendido(ZERO, ZERO)


def devolucao(operacao: Operacao, cadastro: Cadastro, contexto: Contexto, geracao: int) -> Efeitos:
    """Without an origin (the customer came without the receipt) it is taken as the till says, at the average cost."""
    origem = exigir_origem(operacao, contexto, nas_tabelas=True) if operacao.id_operacao_origem is not None else None
    problemas = problemas_de(DA_VENDA, operacao, cadastro) + list(_devolve_por_onde_pode(operacao, cadastro))
    if origem is not None:
        problemas += _cabe_na_origem(operacao, origem)
    if problemas:
        raise OperacaoInvalida(problemas)
    contabil = dia_contabil(dia_local(operacao.ocorrida_em), cadastro)
    lancamentos: list[LancamentoNovo] = []
    titulos: list[TituloNovo] = []
    for pagamento in operacao.pagamentos:
        if cadastro.finalizadores[pagamento.id_finalizador].especie == _VALE:
            titulos.append(_credito(operacao, pagamento, contabil, geracao))
        else:
            lancamentos += _em_dinheiro(operacao, pagamento, cadastro, contabil, geracao)
    return Efeitos(_entradas(operacao, cadastro, origem, contabil, geracao), lancamentos, titulos, [])


def _devolve_por_onde_pode(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    vales = 0
    for pagamento in operacao.pagamentos:
        finalizador = cadastro.finalizadores.get(pagamento.id_finalizador)
        if finalizador is None:
            continue  # pagamentos_conhecidos says so
        vale = e_credito_da_loja(finalizador, dia_local(operacao.ocorrida_em))
        vales += vale
        if not (vale or finalizador.especie in (_DINHEIRO, _PIX)):
            mensagem = f"devolução em {finalizador.nome}: esperado dinheiro, Pix ou vale"
            yield Problema("FINALIZADOR_NAO_DEVOLVE", mensagem, str(finalizador.codigo))
    if vales > 1:
        yield Problema("FINALIZADOR_NAO_DEVOLVE", f"devolução em {vales} vales: esperado no máximo 1")


def _cabe_na_origem(operacao: Operacao, origem: OrigemRef) -> Iterator[Problema]:
    if origem.especie != Especie.VENDA:
        yield Problema("ORIGEM_INESPERADA", f"a operação {operacao.id_operacao_origem} não é uma venda: não se devolve")
        return
    if origem.cancelada:
        yield Problema(
            "ORIGEM_CANCELADA", f"a venda {operacao.id_operacao_origem} foi cancelada no PDV: não se devolve"
        )
        return
    folga = CENTAVO * (len(origem.devolucoes) + 1)  # a part at its share of the price may round up, each time
    for produto, agora in _por_produto(operacao).items():
        vendido, devolvido = origem.vendido.get(produto, _NADA), origem.devolvido.get(produto, _NADA)
        if agora.quantidade + devolvido.quantidade > vendido.quantidade:
            mensagem = (
                f"produto {produto}: devolve {_numero(agora.quantidade)}, vendido {_numero(vendido.quantidade)}, "
                f"já devolvido {_numero(devolvido.quantidade)}"
            )
            yield Problema("DEVOLUCAO_MAIOR_QUE_VENDIDO", mensagem)
        elif agora.valor + devolvido.valor > vendido.valor + folga:
            mensagem = (
                f"produto {produto}: devolve {formatar(agora.valor)}, vendido por {formatar(vendido.valor)}, "
                f"já devolvido {formatar(devolvido.valor)}"
            )
            yield Problema("DEVOLUCAO_MAIOR_QUE_VENDIDO", mensagem)
    ja = sum((d.valor for d in origem.devolvido.values()), ZERO)
    if operacao.total + ja > origem.total:
        mensagem = f"devolve {formatar(operacao.total)}, vendido {formatar(origem.total)}, já devolvido {formatar(ja)}"
        yield Problema("DEVOLUCAO_MAIOR_QUE_VENDIDO", mensagem)


def _por_produto(operacao: Operacao) -> dict[int, ItemVendido]:
    somas: defaultdict[int, ItemVendido] = defaultdict(lambda: _NADA)
    for item in operacao.itens:
        if not item.cancelado:
            antes = somas[item.id_produto]
            somas[item.id_produto] = ItemVendido(antes.quantidade + item.quantidade, antes.valor + item.total)
    return somas


def _numero(quantidade: Decimal) -> str:
    return f"{quantidade.normalize():f}".replace(".", ",")


def _entradas(
    operacao: Operacao, cadastro: Cadastro, origem: OrigemRef | None, contabil: date, geracao: int
) -> list[MovimentoNovo]:
    custos = origem.custos if origem is not None else {}
    entradas = []
    for item in operacao.itens:
        if item.cancelado:
            continue
        produto, controla = cadastro.produtos[item.id_produto]
        if controla:
            entradas.append(
                MovimentoNovo(
                    operacao.filial_id,
                    produto,
                    _ENTRADA,
                    item.quantidade,
                    custos.get(produto),
                    operacao.ocorrida_em,
                    contabil,
                    _PDV,
                    geracao,
                    item.item,
                )
            )
    return entradas


def _em_dinheiro(
    operacao: Operacao, pagamento: Pagamento, cadastro: Cadastro, contabil: date, geracao: int
) -> list[LancamentoNovo]:
    """Out of the drawer, or of the account that the condition names."""
    finalizador = cadastro.finalizadores[pagamento.id_finalizador]
    condicao = finalizador.condicao_em(dia_local(operacao.ocorrida_em))
    assert condicao is not None  # pagamentos_conhecidos
    conta = condicao.conta_id or cadastro.pontos_venda[operacao.ponto_venda_id].conta_caixa_id
    valor = pagamento.valor - pagamento.troco
    if not valor:
        return []
    return [
        LancamentoNovo(
            conta,
            operacao.filial_id,
            _SAI,
            finalizador.codigo,
            -valor,
            pagamento.end_to_end_id or pagamento.nsu,
            operacao.ocorrida_em,
            contabil,
            _PDV,
            geracao,
            pagamento.item * POR_PAGAMENTO,
        )
    ]


def _credito(operacao: Operacao, pagamento: Pagamento, contabil: date, geracao: int) -> TituloNovo:
    """What the shop owes the customer: a title to pay, which a later venda uses by its number."""
    dia = dia_local(operacao.ocorrida_em)
    return TituloNovo(
        operacao.filial_id, Sentido.PAGAR.value, _VALE, pagamento.id_finalizador, None, operacao.codigo_cliente,
        operacao.cpf_cnpj, codigo_do_vale(operacao.id_ponto_venda, operacao.id_operacao), "", "", 1, 1,
        pagamento.valor - pagamento.troco, dia, dia, operacao.ocorrida_em, contabil, _PDV, geracao,
        pagamento.item * POR_PAGAMENTO + 1,
    )  # fmt: skip
