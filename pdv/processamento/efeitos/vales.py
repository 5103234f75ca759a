"""Store credit: what a devolução gives, a later venda uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from erp.financeiro.models import Origem
from erp.financeiro.rules import ZERO, BaixaNova
from pdv.processamento.efeitos.pagamentos import POR_PAGAMENTO
from pdv.processamento.efeitos.regras_pagamento import formatar
from pdv.processamento.efeitos.valores import Contexto, Operacao, Pagamento, TituloRef
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.processamento.espera import Espera, de_credito, de_vale

_PDV = int(Origem.PDV)


def codigo_do_vale(id_ponto_venda: int, id_operacao: int) -> str:
    """What the till prints on the vale of a devolução, and the number of its title: `V5-1234`."""
    return f"V{id_ponto_venda}-{id_operacao}"


def usar_vales(
    operacao: Operacao, pagamentos: Sequence[Pagamento], contexto: Contexto, contabil: date, geracao: int
) -> list[BaixaNova]:
    """Settle the credits that the payments use: the one whose code the payment names, else the customer's, oldest first.

    Raises OperacaoInvalida when the credit is short, Espera when it is not yet known here.
    """
    restos = {v.id: v.aberto for v in (*contexto.vales.values(), *contexto.vales_do_cliente)}
    baixas = []
    for pagamento in pagamentos:
        parcelas = _repartir(operacao, pagamento, contexto, restos)
        for n, (vale, valor) in enumerate(parcelas):
            baixas.append(
                BaixaNova(
                    vale.id,
                    valor,
                    ZERO,
                    ZERO,
                    operacao.ocorrida_em,
                    contabil,
                    f"usado na venda {operacao.id_operacao}",
                    f"PDV {operacao.id_ponto_venda}",
                    _PDV,
                    geracao,
                    pagamento.item * POR_PAGAMENTO + n,
                )
            )
    return baixas


def _repartir(
    operacao: Operacao, pagamento: Pagamento, contexto: Contexto, restos: dict[int, Decimal]
) -> Iterator[tuple[TituloRef, Decimal]]:
    falta = pagamento.valor
    for vale in _vales_de(operacao, pagamento, contexto):
        valor = min(falta, restos[vale.id])
        if valor > 0:
            restos[vale.id] -= valor
            falta -= valor
            yield vale, valor
    if falta and pagamento.nsu:
        tinha = formatar(pagamento.valor - falta)
        mensagem = f"vale {pagamento.nsu}: usado {formatar(pagamento.valor)}, tinha {tinha}: faltam {formatar(falta)}"
        raise OperacaoInvalida([Problema("VALE_SEM_SALDO", mensagem, pagamento.nsu)])
    if falta:
        mensagem = f"o cliente não tem {formatar(pagamento.valor)} de crédito: faltam {formatar(falta)}"
        raise Espera(de_credito(operacao.codigo_cliente), mensagem, Problema("VALE_SEM_SALDO", mensagem))


def _vales_de(operacao: Operacao, pagamento: Pagamento, contexto: Contexto) -> Sequence[TituloRef]:
    if pagamento.nsu:
        vale = contexto.vales.get(pagamento.nsu)
        if vale is None:
            mensagem = f"o vale {pagamento.nsu} ainda não chegou à retaguarda"
            raise Espera(de_vale(pagamento.nsu), mensagem, Problema("VALE_NAO_ENCONTRADO", mensagem, pagamento.nsu))
        return () if vale.estornado else (vale,)
    if not operacao.codigo_cliente:
        mensagem = f"pagamento {pagamento.item} em vale sem o código do vale nem o do cliente"
        raise OperacaoInvalida([Problema("VALE_NAO_INFORMADO", mensagem)])
    return contexto.vales_do_cliente
