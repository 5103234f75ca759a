"""The routine that charges maintenance."""

from datetime import timedelta

from erp.jazigos.services import gerar_cobrancas
from erp.jazigos.services.cobranca import CAMINHO
from erp.rotinas.agenda import diaria
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina


# Without a reference: run again the same day it charges what was registered meanwhile, and nothing twice.
@rotina(
    CAMINHO,
    diaria("21:15"),
    "Gera recebimentos de manutenção de jazigo",
    recuperacao=Recuperacao.UMA_VEZ,
    limite=timedelta(minutes=30),
    simulavel=True,
)
def gerar_recebimentos(contexto: Contexto) -> None:
    """Gera um recebimento por contrato e competência, quando chega o dia de gerar, e reajusta o valor no mês do reajuste.

    Rodar de novo não cobra nada duas vezes; o que ficou para trás é cobrado na próxima. O contrato a que falta o índice do
    reajuste não é cobrado sem ele: fica em "pendência", com o mês que falta, até o índice ser informado.
    """
    gerar_cobrancas(contexto)
