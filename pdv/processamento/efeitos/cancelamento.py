"""Cancelamento: the inverse of what another operation did (design 5.3)."""

from __future__ import annotations

from pdv.processamento.efeitos.origem import exigir_origem, tem_devolucao
from pdv.processamento.efeitos.valores import Cadastro, Contexto, Efeitos, Operacao, sem_efeitos
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.tabelas import Especie

CANCELAVEIS = frozenset(
    {Especie.VENDA, Especie.SUPRIMENTO, Especie.SANGRIA, Especie.FALTA, Especie.DEVOLUCAO, Especie.RECEBIMENTO}
)


def cancelamento(operacao: Operacao, cadastro: Cadastro, contexto: Contexto, geracao: int) -> Efeitos:
    """Names the generation to be undone; the ledgers know the entries. One that the till cancelled by flag has none."""
    if operacao.id_operacao_origem is None:
        raise OperacaoInvalida([Problema("ORIGEM_NAO_INFORMADA", "o cancelamento não diz qual operação cancela")])
    origem = exigir_origem(operacao, contexto)
    numero = operacao.id_operacao_origem
    if origem.especie not in CANCELAVEIS:
        mensagem = f"a operação {numero} não é de uma espécie que se cancele"
        raise OperacaoInvalida([Problema("ORIGEM_INESPERADA", mensagem, str(numero))])
    if origem.cancelada:
        return sem_efeitos()
    if problemas := list(tem_devolucao(numero, origem.devolucoes)):
        raise OperacaoInvalida(problemas)
    return Efeitos([], [], [], [], cancela=origem.viva_id)
