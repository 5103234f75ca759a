"""The board keeps itself, and speaks up."""

from erp.rotinas.agenda import cada
from erp.rotinas.registro import rotina
from pdv.conferencia.alarmes import alarmar
from pdv.conferencia.services import recalcular_tocados

SEGUNDOS = 120.0


@rotina("Pdv/Conferir", cada(minutos=2), "Confere o que os PDVs dizem que fizeram", guardar_vazias=False)
def conferir() -> dict[str, int]:
    """Recalcula os dias em que algo mudou."""
    return recalcular_tocados(SEGUNDOS)


@rotina("Pdv/AlarmarConferencia", cada(minutos=10), "Avisa do que não confere", guardar_vazias=False)
def avisar() -> dict[str, int]:
    """Registra e manda por e-mail dias que não conferem, PDVs calados e notas em contingência perto do prazo."""
    return {"alarmes": alarmar()}
