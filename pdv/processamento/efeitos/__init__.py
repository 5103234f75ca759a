"""`efeitos`: what an operation does to the ledgers, as a pure function from plain values to plain values.

It serves processing, preview, reprocessing and the tests. A kind is one function in its own file, registered here.
"""

from collections.abc import Callable

from pdv.processamento.efeitos.caixa import falta, sangria, suprimento
from pdv.processamento.efeitos.cancelamento import cancelamento
from pdv.processamento.efeitos.devolucao import devolucao
from pdv.processamento.efeitos.origem import tem_devolucao
from pdv.processamento.efeitos.recebimento import recebimento
from pdv.processamento.efeitos.valores import Cadastro, Contexto, Efeitos, Operacao, sem_efeitos
from pdv.processamento.efeitos.venda import venda
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.tabelas import Especie

Calculo = Callable[[Operacao, Cadastro, Contexto, int], Efeitos]


def _nada(operacao: Operacao, cadastro: Cadastro, contexto: Contexto, geracao: int) -> Efeitos:
    """Abertura and fechamento move nothing: what was counted is compared with the ledger when it is read."""
    return sem_efeitos()


ESPECIES: dict[int, Calculo] = {
    Especie.ABERTURA: _nada,
    Especie.VENDA: venda,
    Especie.SUPRIMENTO: suprimento,
    Especie.SANGRIA: sangria,
    Especie.FALTA: falta,
    Especie.DEVOLUCAO: devolucao,
    Especie.CANCELAMENTO: cancelamento,
    Especie.RECEBIMENTO: recebimento,
    Especie.FECHAMENTO: _nada,
}


def efeitos(operacao: Operacao, cadastro: Cadastro, contexto: Contexto, geracao: int) -> Efeitos:
    """The entries of `operacao`, with `geracao` (its id) as their origin. Costs are left open: stock stamps them.

    One that the till cancelled, by the flag or by a cancelamento that stands, has none. Raises OperacaoInvalida with
    every problem at once, and Espera when it refers to something that is not here yet.
    """
    calculo = ESPECIES.get(operacao.especie)
    if calculo is None:
        mensagem = f"espécie {operacao.especie} não é processada"
        raise OperacaoInvalida([Problema("ESPECIE_NAO_SUPORTADA", mensagem, str(operacao.especie))])
    if operacao.ponto_venda_id not in cadastro.pontos_venda:
        mensagem = f"ponto de venda {operacao.id_ponto_venda} não está cadastrado"
        raise OperacaoInvalida([Problema("PONTO_VENDA_NAO_CADASTRADO", mensagem, str(operacao.id_ponto_venda))])
    problemas = list(tem_devolucao(operacao.id_operacao, contexto.devolucoes))
    if problemas and (operacao.cancelada or operacao.especie != Especie.VENDA):
        raise OperacaoInvalida(problemas)
    if operacao.cancelada or contexto.cancelada_por is not None:
        return sem_efeitos()
    return calculo(operacao, cadastro, contexto, geracao)
