"""The board keeps itself."""

from erp.rotinas.agenda import cada
from erp.rotinas.registro import rotina
from pdv.conferencia.services import recalcular_tocados

SEGUNDOS = 120.0


@rotina("Pdv/Conferir", cada(minutos=2), "Confere o que os PDVs dizem que fizeram", guardar_vazias=False)
def conferir() -> dict[str, int]:
    """Recalcula os dias em que algo mudou e avisa do que não confere."""
    return recalcular_tocados(SEGUNDOS)
