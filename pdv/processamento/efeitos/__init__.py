"""`efeitos`: what an operation does to the ledgers, as a pure function from plain values to plain values.

It serves processing, preview, reprocessing and the tests. A kind is one function in its own file, registered here.
"""

from collections.abc import Callable

from pdv.processamento.efeitos.caixa import sangria, suprimento
from pdv.processamento.efeitos.venda import venda
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.processamento.valores import Cadastro, Efeitos, Operacao, sem_efeitos
from pdv.tabelas import Especie

Calculo = Callable[[Operacao, Cadastro, int], Efeitos]


def _nada(operacao: Operacao, cadastro: Cadastro, geracao: int) -> Efeitos:
    """Abertura and fechamento move nothing: what was counted is compared with the ledger when it is read."""
    return sem_efeitos()


ESPECIES: dict[int, Calculo] = {
    Especie.ABERTURA: _nada,
    Especie.VENDA: venda,
    Especie.SUPRIMENTO: suprimento,
    Especie.SANGRIA: sangria,
    Especie.FECHAMENTO: _nada,
}


def efeitos(operacao: Operacao, cadastro: Cadastro, geracao: int) -> Efeitos:
    """The entries of `operacao`, with `geracao` (its id) as their origin. Costs are left open: stock stamps them.

    An operation that the till cancelled before sending it has none. Raises OperacaoInvalida with every problem at once.
    """
    calculo = ESPECIES.get(operacao.especie)
    if calculo is None:
        raise OperacaoInvalida(
            [
                Problema(
                    "ESPECIE_NAO_SUPORTADA", f"espécie {operacao.especie} ainda não é processada", str(operacao.especie)
                )
            ]
        )
    if operacao.ponto_venda_id not in cadastro.pontos_venda:
        mensagem = f"ponto de venda {operacao.id_ponto_venda} não está cadastrado"
        raise OperacaoInvalida([Problema("PONTO_VENDA_NAO_CADASTRADO", mensagem, str(operacao.id_ponto_venda))])
    if operacao.cancelada:
        return sem_efeitos()
    return calculo(operacao, cadastro, geracao)
