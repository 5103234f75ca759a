"""Fiscal: the documents that the law asks for.

What enters: notes of the tills, read by `xml` and posted by `lancamentos`; what emitters answer about notes (`emissores`).
What leaves: documents that never change, their XML, and warnings for staff.
What it never does: issue a note, talk to SEFAZ, mend a document, believe a webhook.
"""

from django.apps import AppConfig


class FiscalConfig(AppConfig):
    name = "erp.fiscal"
    label = "fiscal"
    verbose_name = "Fiscal"

    def ready(self) -> None:
        from erp.acesso import grupos
        from erp.cadastros.models import Filial
        from erp.cadastros.usos import registrar_uso
        from erp.fiscal.emissores.aviso import WebhookNota
        from erp.fiscal.emissores.falso import FocusFalsa, PlugNotasFalso
        from erp.fiscal.emissores.focus import Focus, ProvedorFocus
        from erp.fiscal.emissores.plugnotas import PlugNotas, ProvedorPlugNotas
        from erp.fiscal.emissores.portas import registrar_emissor
        from erp.fiscal.models import DocumentoFiscal
        from erp.provedores.falsos import registrar_falso
        from erp.provedores.registro import registrar

        registrar_uso(
            Filial, "documentos fiscais", lambda filial: DocumentoFiscal.objects.filter(filial=filial).exists()
        )
        for grupo in ("operador", "gerente", "fiscal", "financeiro", "auditor"):
            grupos.conceder(grupo, "fiscal.view_documentofiscal", "fiscal.view_avisofiscal")
            grupos.conceder(grupo, "fiscal.view_eventonota")
        for grupo in ("fiscal", "auditor"):
            grupos.conceder(grupo, "fiscal.baixar_xml")
        for grupo in ("fiscal", "gerente"):
            grupos.conceder(grupo, "fiscal.consultar_emissor")
        focus, plugnotas = ProvedorFocus(), ProvedorPlugNotas()
        focus.webhook = WebhookNota(Focus(), "FOCUS_WEBHOOK_SEGREDO")  # which needs the services, and they the models
        plugnotas.webhook = WebhookNota(PlugNotas(), "PLUGNOTAS_WEBHOOK_SEGREDO")
        registrar(focus)
        registrar(plugnotas)
        registrar_emissor(Focus())
        registrar_emissor(PlugNotas())
        registrar_falso("focusnfe", 8115, lambda porta, retaguarda: FocusFalsa(porta=porta, retaguarda=retaguarda))
        registrar_falso("plugnotas", 8116, lambda porta, retaguarda: PlugNotasFalso(porta=porta, retaguarda=retaguarda))
