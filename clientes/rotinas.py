"""The ticks of the Monitor: whatever wake-up was lost, or never sent (a hand in SQL), costs ten seconds."""

from clientes.monitor.informar import curar
from clientes.monitor.limpeza import esquecer_varreduras
from clientes.monitor.reenvio import andar
from clientes.monitor.services import varrer
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.registro import rotina

SEGUNDOS = 60.0


@rotina("Clientes/Varrer", cada(segundos=10), "Acha clientes que mudaram", guardar_vazias=False)
def varrer_clientes() -> dict[str, int]:
    """O Monitor: põe na fila uma mensagem por cliente que mudou, quem quer que o tenha mudado."""
    varredura = varrer(por="rotina", limite_segundos=SEGUNDOS)
    if varredura is None:
        return {}
    return {"mudancas": varredura.notas, "mensagens": varredura.mensagens, "sem_novidade": varredura.iguais}


@rotina("Clientes/Reenviar", cada(segundos=10), "Anda com os reenvios de clientes", guardar_vazias=False)
def reenviar_clientes() -> dict[str, int]:
    """Nota, aos poucos, os clientes que alguém mandou reenviar, enquanto a fila tem lugar."""
    return {"clientes": andar(limite_segundos=SEGUNDOS)}


@rotina("Clientes/Curar", cada(minutos=1), "Reenvia o que um lugar informado cura", guardar_vazias=False)
def curar_clientes() -> dict[str, int]:
    """Reenvia as mensagens que falharam por um município ou país que alguém já informou."""
    return {"mensagens": curar(limite_segundos=SEGUNDOS)}


@rotina("Clientes/EsquecerVarreduras", diaria("03:40"), "Apaga varreduras antigas do Monitor")
def esquecer() -> dict[str, int]:
    """Apaga varreduras de mais de 30 dias, e as mais velhas quando passam de cem mil."""
    return {"apagadas": esquecer_varreduras()}
