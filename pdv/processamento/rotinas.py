"""The tick: work proceeds with no message at all."""

from erp.rotinas.agenda import cada
from erp.rotinas.registro import rotina
from pdv.processamento.atos.retomada import enviar_o_que_falta
from pdv.processamento.notas.avisos import avisar_vencidas
from pdv.processamento.reprocesso.worker import trabalhar
from pdv.processamento.services import drenar_tudo
from pdv.processamento.tasks import SEGUNDOS


@rotina("Pdv/ProcessarPendentes", cada(segundos=10), "Processa o que os PDVs enviaram", guardar_vazias=False)
def processar_pendentes() -> dict[str, int]:
    """Encontra operações e notas pendentes e as lança, mesmo que nenhum aviso tenha chegado."""
    resumo = drenar_tudo(limite_segundos=SEGUNDOS)
    return {"efetuadas": resumo.efetuadas, "com_erro": resumo.com_erro, "adiadas": resumo.adiadas}


@rotina("Pdv/ReprocessarEmMassa", cada(segundos=10), "Anda com os reprocessos em massa", guardar_vazias=False)
def reprocessar_em_massa() -> dict[str, int]:
    """Começa os reprocessos aprovados, manda as próximas operações à fila e conta as que terminaram."""
    passo = trabalhar(limite_segundos=SEGUNDOS)
    return {"enviadas": passo.enviadas, "feitas": passo.feitas, "falhas": passo.falhas}


@rotina("Pdv/AvisarNotas", cada(minutos=5), "Avisa de notas e vendas que discordam", guardar_vazias=False)
def avisar_notas() -> dict[str, int]:
    """Avisa, na nota, o que passou do prazo: contingência não transmitida, nota ou venda cancelada sem a outra."""
    return {"avisadas": avisar_vencidas()}


@rotina("Pdv/RetomarGrupos", cada(segundos=10), "Manda à fila os grupos de erros já consertados", guardar_vazias=False)
def retomar_grupos() -> dict[str, int]:
    """Manda à fila, aos lotes, o que falta dos grupos grandes que alguém mandou reprocessar em Problemas."""
    return {"enviadas": enviar_o_que_falta(limite_segundos=SEGUNDOS)}
