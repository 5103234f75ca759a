"""The routine that makes the day's routes."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from erp.rotinas.agenda import diaria
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina
from erp.visitas.services import esquecer_rotas, gerar_rotas


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


@rotina("Visitas/EsquecerRotas", diaria("03:50"), "Apaga arquivos antigos de rotas", guardar_vazias=False)
def esquecer() -> dict[str, int]:
    """Apaga os arquivos das rotas antigas, que têm endereços de pessoas; a lista de rotas continua inteira."""
    limite = timezone.localdate() - timedelta(days=settings.VISITAS_GUARDAR_ROTAS_DIAS)
    return {"apagados": esquecer_rotas(antes_de=limite)}
