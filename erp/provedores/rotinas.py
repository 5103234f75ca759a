"""What provedores does by the clock."""

from __future__ import annotations

from erp.provedores import services
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.registro import rotina
from filas.wake import acordar


@rotina("provedores/webhooks", cada(segundos=10), "Processar o que os provedores avisaram", guardar_vazias=False)
def webhooks() -> dict[str, int]:
    """Acorda quem processa quando há webhook na hora, ou largado no meio, mesmo que nenhum aviso tenha chegado."""
    com_trabalho = services.provedores_com_trabalho()
    if com_trabalho:
        acordar(services.DESPERTADOR)
    return {"provedores": len(com_trabalho)}


@rotina("provedores/esquecer", diaria("03:40"), "Apagar webhooks antigos")
def esquecer() -> dict[str, int]:
    """Apaga os webhooks já processados há mais dias do que o configurado, e as contagens de mais de um ano."""
    return services.esquecer()
