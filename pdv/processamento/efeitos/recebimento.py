"""Recebimento: the customer's titles are settled; the money comes in by the payments, as in a venda (design 5.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from erp.cadastros.models import EspecieFinalizador
from erp.financeiro.models import Lancamento, Origem
from erp.financeiro.rules import ZERO, BaixaNova
from pdv.processamento.efeitos.datas import dia_contabil, dia_local
from pdv.processamento.efeitos.pagamentos import receber
from pdv.processamento.efeitos.regras_pagamento import DE_PAGAMENTO, diferenca, formatar
from pdv.processamento.efeitos.regras_venda import problemas_de
from pdv.processamento.efeitos.valores import Cadastro, Contexto, Efeitos, Operacao, Recebimento, TituloRef
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.processamento.espera import Espera, de_titulo

_PDV = int(Origem.PDV)
_RECEBIMENTO = int(Lancamento.Natureza.RECEBIMENTO)
_FIADO = frozenset({EspecieFinalizador.CREDIARIO.value, EspecieFinalizador.VALE.value})


def recebimento(operacao: Operacao, cadastro: Cadastro, contexto: Contexto, geracao: int) -> Efeitos:
    problemas = [
        *problemas_de(DE_PAGAMENTO, operacao, cadastro),
        *_recebe_por_onde_pode(operacao, cadastro),
        *_valores_certos(operacao),
    ]
    if problemas:
        raise OperacaoInvalida(problemas)
    for linha in operacao.recebimentos:
        if (linha.documento, linha.parcela) not in contexto.titulos:
            mensagem = f"o título {linha.documento}, parcela {linha.parcela}, ainda não chegou à retaguarda"
            fim = Problema("TITULO_NAO_ENCONTRADO", mensagem, f"{linha.documento}/{linha.parcela}")
            raise Espera(de_titulo(linha.documento, linha.parcela), mensagem, fim)
    problemas = list(_cabe_no_aberto(operacao, contexto))
    if problemas:
        raise OperacaoInvalida(problemas)
    contabil = dia_contabil(dia_local(operacao.ocorrida_em), cadastro)
    recebido = receber(operacao, cadastro, contabil, geracao, _RECEBIMENTO)
    return Efeitos([], recebido.lancamentos, recebido.titulos, list(_baixas(operacao, contexto, contabil, geracao)))


def _recebe_por_onde_pode(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    for pagamento in operacao.pagamentos:
        finalizador = cadastro.finalizadores.get(pagamento.id_finalizador)
        if finalizador is not None and finalizador.especie in _FIADO:
            mensagem = f"recebimento em {finalizador.nome}: esperado dinheiro, Pix, cartão ou cheque"
            yield Problema("FINALIZADOR_NAO_RECEBE", mensagem, str(finalizador.codigo))


def _valores_certos(operacao: Operacao) -> Iterator[Problema]:
    if not operacao.recebimentos:
        yield Problema(
            "RECEBIMENTO_SEM_TITULOS", "o recebimento não diz quais títulos foram pagos: esperado ao menos 1"
        )
        return
    for linha in operacao.recebimentos:
        if linha.valor <= 0 or linha.pago < 0:
            mensagem = f"título {linha.documento}, parcela {linha.parcela}: valor {formatar(linha.valor)}, " + (
                f"desconto {formatar(linha.desconto)}: esperado valor maior que zero e desconto até o valor com juros"
            )
            yield Problema("VALOR_INVALIDO", mensagem)
    soma = sum((linha.pago for linha in operacao.recebimentos), ZERO)
    if soma != operacao.total:
        yield Problema("RECEBIMENTO_NAO_FECHA", diferenca("soma dos títulos", soma, "total", operacao.total))


def _cabe_no_aberto(operacao: Operacao, contexto: Contexto) -> Iterator[Problema]:
    somas: defaultdict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for linha in operacao.recebimentos:
        somas[linha.documento, linha.parcela] += linha.valor
    for chave, valor in somas.items():
        titulo = contexto.titulos[chave]
        nome = f"título {titulo.documento}, parcela {titulo.parcela}"
        assunto = f"{titulo.documento}/{titulo.parcela}"
        if titulo.estornado:
            yield Problema("TITULO_CANCELADO", f"{nome}: foi cancelado, com a venda ou o contrato que o gerou", assunto)
        elif titulo.aberto <= 0:
            yield Problema("TITULO_JA_PAGO", f"{nome}: já está pago", assunto)
        elif valor > titulo.aberto:
            mensagem = diferenca(f"{nome}: recebido", valor, "em aberto", titulo.aberto)
            yield Problema("RECEBIMENTO_MAIOR_QUE_ABERTO", mensagem, assunto)


def _baixas(operacao: Operacao, contexto: Contexto, contabil: date, geracao: int) -> Iterator[BaixaNova]:
    for linha in operacao.recebimentos:
        yield _baixa(operacao, linha, contexto.titulos[linha.documento, linha.parcela], contabil, geracao)


def _baixa(operacao: Operacao, linha: Recebimento, titulo: TituloRef, contabil: date, geracao: int) -> BaixaNova:
    return BaixaNova(
        titulo.id, linha.valor, linha.juros, linha.desconto, operacao.ocorrida_em, contabil,
        f"recebido na operação {operacao.id_operacao}", f"PDV {operacao.id_ponto_venda}", _PDV, geracao, linha.item,
    )  # fmt: skip
