"""The day's sheet, and the tick that takes up what came late."""

from datetime import timedelta

from erp.colaboradores.models import Colaborador, Tratamento
from erp.colaboradores.services.folhas import Resumo
from erp.colaboradores.services.geracao import apurar_tocados, em_curso, gerar_dia
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.contexto import ITENS_MAXIMO, Contexto
from erp.rotinas.registro import DO_DIA, Recuperacao, rotina


@rotina(
    "RegistroPonto/GerarRegistroPontosRotina",
    diaria("21:10"),
    "Gera a folha de ponto do dia",
    referencia=DO_DIA,
    recuperacao=Recuperacao.TODAS,
    limite=timedelta(hours=2),
    simulavel=True,
)
def gerar_registro_pontos(contexto: Contexto) -> dict[str, int]:
    """Faz a folha do dia de cada colaborador: previsto, trabalhado, extra, falta e noturno.

    Quem não marcou num dia de trabalho fica com uma ausência a tratar; nenhuma marcação é inventada. Jornada que ainda
    não acabou fica em curso e é terminada no dia seguinte. Pedida antes das 21:00 do próprio dia, faz a folha do que já
    se sabe, e a da noite a faz de novo.
    """
    if em_curso(contexto.referencia):
        contexto.nao_encerrar(
            f"O dia {contexto.referencia:%d/%m/%Y} ainda não acabou: a folha será feita de novo à noite."
        )
    resumo = gerar_dia(contexto.referencia, confirmar=contexto.confirmar, falhar=_Falhas(contexto))
    ausencias = Tratamento.objects.filter(dia=contexto.referencia, tipo=Tratamento.Tipo.AUSENCIA, sucessor=None)
    for ausencia in ausencias.select_related("colaborador").order_by("colaborador_id")[:ITENS_MAXIMO]:
        pessoa = ausencia.colaborador
        contexto.item(Colaborador._meta.label_lower, str(pessoa.pk), f"{pessoa}: ausência a tratar")
    return _contagens(resumo)


@rotina(
    "RegistroPonto/Recalcular",
    cada(minutos=1),
    "Refaz as folhas de ponto que mudaram",
    recuperacao=Recuperacao.PULAR,
    guardar_vazias=False,
)
def recalcular(contexto: Contexto) -> dict[str, int]:
    """Refaz a folha dos dias de que chegou marcação, tratamento, escala, desligamento ou feriado depois de feita."""
    return _contagens(apurar_tocados(confirmar=contexto.confirmar, falhar=_Falhas(contexto)))


class _Falhas:
    def __init__(self, contexto: Contexto) -> None:
        self.contexto = contexto

    def __call__(self, colaborador: int, erro: Exception) -> None:
        self.contexto.falhar(Colaborador._meta.label_lower, str(colaborador), f"{type(erro).__name__}: {erro}")


def _contagens(resumo: Resumo) -> dict[str, int]:
    return {nome: quantos for nome, quantos in vars(resumo).items() if quantos}
