"""The tick: work proceeds with no message at all."""

from erp.rotinas.agenda import cada
from erp.rotinas.registro import rotina
from pdv.processamento.services import drenar_tudo
from pdv.processamento.tasks import SEGUNDOS


@rotina("Pdv/ProcessarPendentes", cada(segundos=10), "Processa o que os PDVs enviaram", guardar_vazias=False)
def processar_pendentes() -> dict[str, int]:
    """Encontra operações e notas pendentes e as lança, mesmo que nenhum aviso tenha chegado."""
    resumo = drenar_tudo(limite_segundos=SEGUNDOS)
    return {"efetuadas": resumo.efetuadas, "com_erro": resumo.com_erro, "adiadas": resumo.adiadas}
