"""Conferência: what the tills say they did, against what was received, posted, and has its fiscal document.

What enters: manifests of the tills; touches of the days whose operations or notes changed.
What leaves: the board, one row per till and day; alarms (log, metric, e-mail).
What it never does: change an operation, a note or an entry, or guess a number that the till did not say.
"""

from django.apps import AppConfig


class ConferenciaConfig(AppConfig):
    name = "pdv.conferencia"
    label = "conferencia"
    verbose_name = "Conferência"

    def ready(self) -> None:
        from erp.fiscal.ouvintes import registrar_ouvinte
        from pdv.conferencia.grupos import conceder_aos_grupos
        from pdv.conferencia.toques import tocar_o_dia_do_documento

        registrar_ouvinte("conferencia", tocar_o_dia_do_documento)
        conceder_aos_grupos()
