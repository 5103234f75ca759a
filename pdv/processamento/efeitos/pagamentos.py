"""Payments of a venda or of a recebimento as money: entries of accounts, and titles (design 5.3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from erp.cadastros.models import EspecieFinalizador
from erp.financeiro.models import Lancamento, Origem, Sentido
from erp.financeiro.rules import LancamentoNovo, TituloNovo, parcelar, taxa, vencimentos
from pdv.processamento.efeitos.datas import dia_local
from pdv.processamento.efeitos.valores import Cadastro, Condicao, FinalizadorRef, Operacao, Pagamento

_PDV = int(Origem.PDV)
_TROCO = int(Lancamento.Natureza.TROCO)
_RECEBER, _PAGAR = Sentido.RECEBER.value, Sentido.PAGAR.value
_DINHEIRO, _PIX = EspecieFinalizador.DINHEIRO.value, EspecieFinalizador.PIX.value
_VALE = EspecieFinalizador.VALE.value
_DO_CLIENTE = frozenset(
    {EspecieFinalizador.CREDIARIO.value, EspecieFinalizador.CHEQUE.value, EspecieFinalizador.OUTROS.value}
)
# sequences: payment 1 has entries 1000 (in), 1001 (troco), titles 1001..1099 and their fee 1100
POR_PAGAMENTO = 1000
_DA_TAXA = 100


class Recebido(NamedTuple):
    """What the payments of an operation become. `em_vale`: those that use the shop's own credit."""

    lancamentos: list[LancamentoNovo]
    titulos: list[TituloNovo]
    em_vale: list[Pagamento]


def e_credito_da_loja(finalizador: FinalizadorRef, dia: date) -> bool:
    """A vale that the shop itself gave, in a devolução; one of an acquirer (vale-alimentação) is a receivable."""
    condicao = finalizador.condicao_em(dia)
    return finalizador.especie == _VALE and condicao is not None and condicao.adquirente_id is None


def documento_do_titulo(operacao: Operacao, pagamento: Pagamento) -> str:
    """What the till calls the titles of a payment: `5-1234-1`."""
    return f"{operacao.id_ponto_venda}-{operacao.id_operacao}-{pagamento.item}"


def receber(operacao: Operacao, cadastro: Cadastro, contabil: date, geracao: int, natureza: int) -> Recebido:
    """Money in, payment by payment. The rules of payments (`DE_PAGAMENTO`) hold of `operacao`."""
    dia = dia_local(operacao.ocorrida_em)
    lancamentos: list[LancamentoNovo] = []
    titulos: list[TituloNovo] = []
    em_vale: list[Pagamento] = []
    for pagamento in operacao.pagamentos:
        finalizador = cadastro.finalizadores[pagamento.id_finalizador]
        condicao = finalizador.condicao_em(dia)
        assert condicao is not None  # pagamentos_conhecidos
        lancamentos += _em_dinheiro(operacao, pagamento, finalizador, condicao, cadastro, contabil, geracao, natureza)
        if e_credito_da_loja(finalizador, dia):
            em_vale.append(pagamento)
        else:
            titulos += _em_titulos(operacao, pagamento, finalizador, condicao, dia, contabil, geracao)
    return Recebido(lancamentos, titulos, em_vale)


def _em_dinheiro(
    operacao: Operacao, pagamento: Pagamento, finalizador: FinalizadorRef, condicao: Condicao, cadastro: Cadastro,
    contabil: date, geracao: int, natureza: int,
) -> list[LancamentoNovo]:  # fmt: skip
    """Cash and Pix are money at once, cash net of its troco; the troco of any other payment leaves the drawer."""
    caixa = cadastro.pontos_venda[operacao.ponto_venda_id].conta_caixa_id
    sequencia = pagamento.item * POR_PAGAMENTO

    def lancamento(conta: int, natureza: int, valor: Decimal, sequencia: int) -> LancamentoNovo:
        return LancamentoNovo(
            conta, operacao.filial_id, natureza, finalizador.codigo, valor, pagamento.end_to_end_id or pagamento.nsu,
            operacao.ocorrida_em, contabil, _PDV, geracao, sequencia,
        )  # fmt: skip

    if finalizador.especie == _DINHEIRO:
        liquido = pagamento.valor - pagamento.troco
        return [lancamento(condicao.conta_id or caixa, natureza, liquido, sequencia)] if liquido else []
    entradas = []
    if finalizador.especie == _PIX and condicao.conta_id is not None and pagamento.valor:
        entradas.append(lancamento(condicao.conta_id, natureza, pagamento.valor, sequencia))
    if pagamento.troco:
        entradas.append(lancamento(caixa, _TROCO, -pagamento.troco, sequencia + 1))
    return entradas


def _em_titulos(
    operacao: Operacao, pagamento: Pagamento, finalizador: FinalizadorRef, condicao: Condicao, dia: date, contabil: date,
    geracao: int,
) -> list[TituloNovo]:  # fmt: skip
    """One receivable per instalment, from the acquirer or from the customer; the fee is a payable to the acquirer."""
    if finalizador.especie == _DINHEIRO or not pagamento.valor:
        return []
    base = pagamento.item * POR_PAGAMENTO
    documento = documento_do_titulo(operacao, pagamento)
    do_cliente = finalizador.especie in _DO_CLIENTE
    cliente = (operacao.codigo_cliente, operacao.cpf_cnpj) if do_cliente else ("", "")
    dias = vencimentos(dia, condicao.dias_primeira, condicao.dias_intervalo, pagamento.parcelas)

    def titulo(
        sentido: str, devedor: tuple[str, str], parcela: int, parcelas: int, valor: Decimal, vence: date, sequencia: int
    ) -> TituloNovo:
        return TituloNovo(
            operacao.filial_id, sentido, finalizador.especie, finalizador.codigo, condicao.adquirente_id, *devedor,
            documento, pagamento.nsu, pagamento.autorizacao, parcela, parcelas, valor, dia, vence, operacao.ocorrida_em,
            contabil, _PDV, geracao, sequencia,
        )  # fmt: skip

    titulos = []
    if finalizador.especie != _PIX:
        valores = parcelar(pagamento.valor, pagamento.parcelas)
        titulos = [
            titulo(_RECEBER, cliente, n, pagamento.parcelas, valor, vence, base + n)
            for n, (valor, vence) in enumerate(zip(valores, dias, strict=True), 1)
            if valor
        ]
    custo = taxa(pagamento.valor, condicao.taxa_percentual)
    if custo:
        titulos.append(titulo(_PAGAR, ("", ""), 1, 1, custo, dias[0], base + _DA_TAXA))
    return titulos
