"""Venda: stock out per item; money in per payment, by the especie of its finalizador (design 5.3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from erp.cadastros.models import EspecieFinalizador
from erp.estoque.models import Natureza, Origem
from erp.estoque.rules import MovimentoNovo
from erp.financeiro.models import Lancamento, Sentido
from erp.financeiro.rules import LancamentoNovo, TituloNovo, parcelar, taxa, vencimentos
from pdv.processamento.efeitos.datas import dia_contabil, dia_local
from pdv.processamento.efeitos.regras_venda import problemas_de
from pdv.processamento.erros import OperacaoInvalida
from pdv.processamento.valores import Cadastro, Condicao, Efeitos, FinalizadorRef, Operacao, Pagamento

_PDV = int(Origem.PDV)
_SAIDA = int(Natureza.VENDA)
_VENDA, _TROCO = int(Lancamento.Natureza.VENDA), int(Lancamento.Natureza.TROCO)
_RECEBER, _PAGAR = Sentido.RECEBER.value, Sentido.PAGAR.value
_DINHEIRO, _PIX = EspecieFinalizador.DINHEIRO.value, EspecieFinalizador.PIX.value
_DO_CLIENTE = frozenset(
    {EspecieFinalizador.CREDIARIO.value, EspecieFinalizador.CHEQUE.value, EspecieFinalizador.OUTROS.value}
)
# sequences: payment 1 has entries 1000 (in), 1001 (troco), titles 1001..1099 and their fee 1100
_POR_PAGAMENTO = 1000
_DA_TAXA = 100


def venda(operacao: Operacao, cadastro: Cadastro, geracao: int) -> Efeitos:
    problemas = problemas_de(operacao, cadastro)
    if problemas:
        raise OperacaoInvalida(problemas)
    dia = dia_local(operacao.ocorrida_em)
    contabil = dia_contabil(dia, cadastro)
    lancamentos: list[LancamentoNovo] = []
    titulos: list[TituloNovo] = []
    for pagamento in operacao.pagamentos:
        finalizador = cadastro.finalizadores[pagamento.id_finalizador]
        condicao = finalizador.condicao_em(dia)
        assert condicao is not None  # pagamentos_conhecidos
        lancamentos += _em_dinheiro(operacao, pagamento, finalizador, condicao, cadastro, contabil, geracao)
        titulos += _em_titulos(operacao, pagamento, finalizador, condicao, dia, contabil, geracao)
    return Efeitos(_saidas(operacao, cadastro, contabil, geracao), lancamentos, titulos)


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


def _em_dinheiro(
    operacao: Operacao, pagamento: Pagamento, finalizador: FinalizadorRef, condicao: Condicao, cadastro: Cadastro,
    contabil: date, geracao: int,
) -> list[LancamentoNovo]:  # fmt: skip
    """Cash and Pix are money at once, cash net of its troco; the troco of any other payment leaves the drawer."""
    caixa = cadastro.pontos_venda[operacao.ponto_venda_id].conta_caixa_id
    sequencia = pagamento.item * _POR_PAGAMENTO

    def lancamento(conta: int, natureza: int, valor: Decimal, sequencia: int) -> LancamentoNovo:
        return LancamentoNovo(
            conta, operacao.filial_id, natureza, finalizador.codigo, valor, pagamento.end_to_end_id or pagamento.nsu,
            operacao.ocorrida_em, contabil, _PDV, geracao, sequencia,
        )  # fmt: skip

    if finalizador.especie == _DINHEIRO:
        liquido = pagamento.valor - pagamento.troco
        return [lancamento(condicao.conta_id or caixa, _VENDA, liquido, sequencia)] if liquido else []
    entradas = []
    if finalizador.especie == _PIX and condicao.conta_id is not None and pagamento.valor:
        entradas.append(lancamento(condicao.conta_id, _VENDA, pagamento.valor, sequencia))
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
    base = pagamento.item * _POR_PAGAMENTO
    documento = f"{operacao.id_ponto_venda}-{operacao.id_operacao}-{pagamento.item}"
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
