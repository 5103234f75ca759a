"""The routine that makes the day's routes."""

from datetime import timedelta

from erp.rotinas.agenda import diaria
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina
from erp.visitas.services import gerar_rotas


# Without a reference: run again the same day, what changed since makes a new version, and nothing else.
@rotina(
    "SolicitacaoRotaColaborador/solicitar",
    diaria("05:00"),
    "Gera as rotas do dia dos colaboradores",
    recuperacao=Recuperacao.UMA_VEZ,
    limite=timedelta(minutes=30),
    simulavel=True,
)
def solicitar(contexto: Contexto) -> None:
    """Gera, por colaborador, um arquivo CSV com as visitas do dia na ordem do caminho mais curto que achou.

    A rota sai de onde o colaborador sai e volta para lá. As visitas sem coordenadas ficam no fim, pelo nome. Rodar de novo só
    gera outra versão da rota em que alguma visita mudou.
    """
    gerar_rotas(contexto)
