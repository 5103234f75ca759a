"""Visitas: visits that somebody asked for, and the day's routes of each employee.

What enters: requests of staff, with who, why, when and where.
What leaves: one CSV file per employee and day, in the storage, a version for each content.
What it never does: guess coordinates, ask a map on the internet, write a file that nobody may read later.
"""

from django.apps import AppConfig


class VisitasConfig(AppConfig):
    name = "erp.visitas"
    label = "visitas"
    verbose_name = "Visitas"

    def ready(self) -> None:
        from erp.acesso import grupos
        from erp.cadastros.models import Filial
        from erp.cadastros.usos import registrar_uso
        from erp.visitas.models import Visita

        registrar_uso(Filial, "visitas", lambda filial: Visita.objects.filter(filial=filial).exists())
        for grupo in ("operador", "gerente", "financeiro", "auditor"):
            grupos.conceder(grupo, "visitas.view_visita", "visitas.view_arquivorota")
        for grupo in ("operador", "gerente"):
            grupos.conceder(grupo, "visitas.add_visita", "visitas.change_visita", "visitas.marcar_visita")
        grupos.conceder("gerente", "visitas.baixar_rota")
