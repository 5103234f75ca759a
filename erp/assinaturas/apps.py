"""Assinaturas: documents sent to be signed, and what came back.

What enters: documents that the apps above declare (`especies`), what the provider answers, its webhooks as hints.
What leaves: the document to the provider, once; the signed file kept with its hash, and the app above told.
What it never does: change a file, believe a webhook, send again without having looked, or move a request backwards.
"""

import time

from django.apps import AppConfig


class AssinaturasConfig(AppConfig):
    name = "erp.assinaturas"
    label = "assinaturas"
    verbose_name = "Assinaturas"

    def ready(self) -> None:
        from erp.acesso.grupos import conceder
        from erp.assinaturas.falso import PlugSignFalsa
        from erp.assinaturas.plugsign.aviso import WebhookPlugSign
        from erp.assinaturas.plugsign.porta import PlugSign, PortaPlugSign
        from erp.assinaturas.portas import registrar_porta
        from erp.assinaturas.tarefas import tarefas
        from erp.contatos.registro import registrar_tarefas
        from erp.provedores.falsos import registrar_falso
        from erp.provedores.registro import registrar

        plugsign = PlugSign()
        plugsign.webhook = WebhookPlugSign()  # which needs the services, and they the provider
        registrar(plugsign)
        registrar_porta(PortaPlugSign())
        # numbers of another start are never given again: rows of ours may still have them
        registrar_falso(
            "plugsign",
            8131,
            lambda porta, retaguarda: PlugSignFalsa(porta=porta, retaguarda=retaguarda, primeiro=int(time.time())),
        )
        registrar_tarefas("assinaturas", tarefas)
        for grupo in ("operador", "gerente", "financeiro", "auditor"):
            conceder(grupo, "assinaturas.view_assinatura")
        for grupo in ("operador", "gerente"):
            conceder(grupo, "assinaturas.pedir_assinatura", "assinaturas.ler_documento")
        conceder("auditor", "assinaturas.ler_documento")
