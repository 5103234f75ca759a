"""Filas: the engines that work pending rows.

What enters: pending rows of the apps above, messages for other systems, and wake-ups by name.
What leaves: calls of the task that the app above registered under that name; HTTP calls of the queue (`filas.fila`).
What it never does: import the apps whose rows it works, nor hold work in a broker.
"""

from django.apps import AppConfig


class FilasConfig(AppConfig):
    name = "filas"
    verbose_name = "Integrações"

    def ready(self) -> None:
        from filas.fila.entrada import DESPERTADOR
        from filas.fila.massa import DESPERTADOR as DESPERTADOR_DA_MASSA
        from filas.grupos import conceder_aos_grupos
        from filas.tasks import VALIDADE, em_massa, enviar
        from filas.wake import registrar_despertador

        registrar_despertador(DESPERTADOR, lambda: enviar.apply_async(retry=False, expires=VALIDADE))
        registrar_despertador(DESPERTADOR_DA_MASSA, lambda: em_massa.apply_async(retry=False))
        conceder_aos_grupos()
