"""Provedores: what every outside provider has in common.

What enters: their webhooks, kept raw; the answers to our calls.
What leaves: calls with a token, a pace and a limit; webhooks handed to the app that knows them.
What it never does: log a secret, follow a redirect, or believe a webhook without asking again.
"""

from django.apps import AppConfig


class ProvedoresConfig(AppConfig):
    name = "erp.provedores"
    label = "provedores"
    verbose_name = "Provedores"

    def ready(self) -> None:
        from erp.acesso.grupos import conceder
        from erp.provedores.services import DESPERTADOR
        from erp.provedores.tasks import processar
        from filas.wake import registrar_despertador

        # A second later, and at most once in it: a webhook is followed by hundreds.
        registrar_despertador(
            DESPERTADOR, lambda: processar.apply_async(retry=False, countdown=1, expires=120), intervalo=1
        )
        for grupo in ("gerente", "financeiro", "fiscal", "TI", "auditor"):
            conceder(grupo, "provedores.view_estadoprovedor", "provedores.view_webhookrecebido")
        conceder("TI", "provedores.pausar_provedor", "provedores.reprocessar_webhook")
        conceder("gerente", "provedores.pausar_provedor", "provedores.reprocessar_webhook")
        conceder("auditor", "provedores.ler_corpo")
