"""The operation that another refers to: it must be here, posted and standing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdv.processamento.efeitos.valores import Contexto, Operacao, Origem
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.processamento.espera import Espera, de_operacao

_IGNORADA, _PENDENTE, _COM_ERRO = 0, 1, 2
_POR_QUE_ESPERA = {
    None: "ainda não chegou à retaguarda",
    _PENDENTE: "ainda não foi processada",
    _COM_ERRO: "está com erro",
}


def exigir_origem(operacao: Operacao, contexto: Contexto, *, nas_tabelas: bool = False) -> Origem:
    """The origin, with a live generation and not cancelled. Raises Espera while it may still come, else OperacaoInvalida.

    `nas_tabelas`: what it sold must be known, so its row may not have left staging.
    """
    chave, origem = operacao.chave_da_origem, contexto.origem
    assert chave is not None
    numero = chave[2]
    if chave == operacao.chave:  # it would wait for itself
        raise OperacaoInvalida([Problema("ORIGEM_INESPERADA", f"a operação {numero} cita a si mesma", str(numero))])
    situacao = origem.situacao if origem is not None else None
    if origem is None or origem.viva_id is None or (nas_tabelas and origem.linha is None):
        if situacao == _IGNORADA:
            mensagem = f"a operação {numero}, de que esta depende, foi ignorada"
            raise OperacaoInvalida([Problema("ORIGEM_IGNORADA", mensagem, str(numero))])
        mensagem = f"a operação {numero}, de que esta depende, {_POR_QUE_ESPERA.get(situacao, 'não está lançada')}"
        raise Espera(de_operacao(chave), mensagem, Problema("ORIGEM_NAO_CHEGOU", mensagem, str(numero)))
    if origem.cancelada_por is not None:
        mensagem = f"a operação {numero} já foi cancelada pela operação {origem.cancelada_por}"
        raise OperacaoInvalida([Problema("ORIGEM_CANCELADA", mensagem, str(numero))])
    return origem


def tem_devolucao(venda: int, devolucoes: Sequence[int]) -> Iterator[Problema]:
    """A sale is not undone while a devolução of it stands."""
    if devolucoes:
        numeros = ", ".join(map(str, devolucoes[:10]))
        mensagem = f"a venda {venda} tem devolução (operação {numeros}): cancele a devolução antes"
        yield Problema("VENDA_COM_DEVOLUCAO", mensagem, str(venda))
