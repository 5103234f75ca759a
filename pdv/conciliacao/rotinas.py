"""The match keeps itself."""

from erp.rotinas.agenda import cada
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina
from pdv.conciliacao.services import CAMINHO, conferir

SEGUNDOS = 240.0


@rotina(
    CAMINHO,
    cada(minutos=15),
    "Concilia venda, nota, recebível e liquidação",
    recuperacao=Recuperacao.PULAR,
    guardar_vazias=False,
)
def conferir_quatro(contexto: Contexto) -> None:
    """Procura o que não concorda no que mudou desde a última vez, e dá por resolvido o que voltou a concordar.

    Rodar de novo não repete nada; o que não couber no tempo fica para a próxima.
    """
    feito = conferir(segundos=SEGUNDOS, cerca=contexto.confirmar)
    contexto.contar("não concordam, novos", feito.novos)
    contexto.contar("voltaram a concordar", feito.resolvidos)
    if feito.ha_mais:
        contexto.nao_encerrar("O tempo acabou antes; a próxima execução continua daqui.")
