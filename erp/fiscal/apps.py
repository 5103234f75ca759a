"""Fiscal: the documents that the law asks for.

What enters: notes of the tills, read by `xml` and posted by `lancamentos`.
What leaves: documents that never change, their XML, and warnings for staff.
What it never does: issue a note, talk to SEFAZ, mend a document.
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
        from erp.fiscal.models import DocumentoFiscal

        registrar_uso(
            Filial, "documentos fiscais", lambda filial: DocumentoFiscal.objects.filter(filial=filial).exists()
        )
        for grupo in ("operador", "gerente", "fiscal", "financeiro", "auditor"):
            grupos.conceder(grupo, "fiscal.view_documentofiscal", "fiscal.view_avisofiscal")
        for grupo in ("fiscal", "auditor"):
            grupos.conceder(grupo, "fiscal.baixar_xml")
