"""Routines of the layers below and of the wiring above, which may not import this app."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from erp.acesso.models import FormularioEnviado
from erp.rotinas import services
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.registro import rotina
from filas.fila import massa
from filas.fila.avisos import notificar
from filas.fila.entrada import DESPERTADOR
from filas.fila.motor import contextos_com_trabalho
from filas.tasks import SEGUNDOS
from filas.wake import acordar

Limpeza = Callable[[], int]

_limpezas: list[Limpeza] = []


def registrar_limpeza(fn: Limpeza) -> None:
    """Add what deletes delivered messages of the broker and returns how many. Called in `AppConfig.ready`."""
    if fn not in _limpezas:
        _limpezas.append(fn)


@rotina("filas/limpar_mensagens", cada(minutos=5), "Limpar mensagens já entregues", guardar_vazias=False)
def limpar_mensagens() -> dict[str, int]:
    """Apaga do banco as mensagens que a mensageria já entregou."""
    return {"apagadas": sum(limpar() for limpar in _limpezas)}


@rotina("filas/enviar", cada(segundos=10), "Enviar o que a fila tem a dizer a outros sistemas", guardar_vazias=False)
def enviar_a_fila() -> dict[str, int]:
    """Acorda quem envia quando há mensagem na hora de ir, ou largada no meio, mesmo que nenhum aviso tenha chegado."""
    com_trabalho = contextos_com_trabalho()
    if com_trabalho:
        acordar(DESPERTADOR)
    return {"contextos": len(com_trabalho)}


@rotina("filas/em_massa", cada(segundos=10), "Andar com as ações em massa da fila", guardar_vazias=False)
def andar_em_massa() -> dict[str, int]:
    """Continua o que alguém pediu de muitas mensagens da fila ao mesmo tempo, mesmo que nenhum aviso tenha chegado."""
    return {"mensagens": massa.trabalhar(limite_segundos=SEGUNDOS)}


@rotina("filas/notificar", cada(minutos=15), "Avisar por e-mail os erros da fila", guardar_vazias=False)
def notificar_erros() -> dict[str, int]:
    """Manda um e-mail com as mensagens da fila que falharam, juntas por causa; cada erro é avisado uma vez."""
    avisos = notificar()
    return {"avisados": avisos.avisados, "nao_avisados": avisos.nao_avisados}


@rotina("rotinas/executar_pendentes", cada(minutos=1), "Executar rotinas pedidas", guardar_vazias=False)
def executar_pendentes() -> dict[str, int]:
    """Executa o que alguém pediu e cujo aviso se perdeu; encerra o que morreu ou venceu; avisa do que não rodou ou demora."""
    return {
        "aprovacoes_vencidas": services.vencer_aprovacoes(),
        "interrompidas": services.interromper_mortas(),
        "executadas": services.executar_pendentes(),
        "alarmes": services.vigiar(),
        "avisados": services.avisar(),
    }


@rotina("rotinas/esquecer_execucoes", diaria("03:30"), "Apagar execuções antigas")
def esquecer_execucoes() -> dict[str, int]:
    """Apaga execuções de mais de 90 dias (batidas do sistema: 7) e confirmações enviadas há mais de um dia."""
    velhos = FormularioEnviado.objects.filter(em__lt=timezone.now() - timedelta(days=1))
    return {"execucoes": services.esquecer_execucoes(), "formularios": velhos.delete()[0]}
