"""Conciliação: what does not agree among sale, note, receivable and settlement.

What enters: what the ledgers, staging and the charges got since the last time.
What leaves: one row per disagreement, with its age and its money, until it agrees again.
What it never does: mend anything, or write in another app's tables.
"""

from django.apps import AppConfig


class ConciliacaoConfig(AppConfig):
    name = "pdv.conciliacao"
    label = "conciliacao"
    verbose_name = "Conciliação"

    def ready(self) -> None:
        from erp.acesso.grupos import conceder

        for grupo in ("gerente", "financeiro", "fiscal", "auditor"):
            conceder(grupo, "conciliacao.ver_conciliacao")
        for grupo in ("gerente", "financeiro", "auditor"):
            conceder(grupo, "conciliacao.exportar_conciliacao")
        for grupo in ("gerente", "financeiro"):
            conceder(grupo, "conciliacao.conferir_conciliacao", "conciliacao.dispensar_conciliacao")
