"""The note as a file, from its page: the XML as it came, and the DANFE drawn from it. Each download is audited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.admin_base import AdminBase
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import limpar
from erp.fiscal.danfe import DanfeIndisponivel, danfe_de
from erp.fiscal.models import DocumentoFiscal, XmlFiscal

PERMISSAO_XML = "fiscal.baixar_xml"


class ComArquivos(AdminBase):
    """Actions of the page of a `DocumentoFiscal`; name them in `actions_detail`."""

    @action(description="Baixar XML", url_path="nota.xml", permissions=[PERMISSAO_XML], icon="download")  # type: ignore[untyped-decorator]  # unfold has no types
    @sensivel("fiscal.xml_baixado")
    def xml(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The XML as it came, always as a file: it was written by others, so no browser may run it. Audited."""
        documento = self._documento(request, object_id)
        if documento is None:
            raise Http404("Este documento não existe.")
        arquivo = XmlFiscal.objects.filter(documento_id=original(documento)).first()
        if arquivo is None:  # a word of the emitter, or of a till that had no more
            messages.warning(
                request, "Esta situação da nota veio sem XML. Veja em Estados se uma geração anterior o tem."
            )
            return HttpResponseRedirect(reverse("admin:fiscal_documentofiscal_change", args=[documento.pk]))
        self._auditar_arquivo(request, documento, "fiscal.xml_baixado")
        return HttpResponse(
            arquivo.xml.encode(),
            content_type="application/xml; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{nome_do_arquivo(documento)}.xml"',
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )

    @action(description="DANFE (PDF)", url_path="danfe.pdf", permissions=[PERMISSAO_XML], icon="print")  # type: ignore[untyped-decorator]  # unfold has no types
    @sensivel("fiscal.danfe_gerado")
    def danfe(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The DANFE as PDF, open in the browser; a note that cannot be drawn leads back to its page with the reason."""
        documento = self._documento(request, object_id)
        if documento is None:
            raise Http404("Este documento não existe.")
        try:
            pdf = danfe_de(documento)
        except DanfeIndisponivel as erro:
            messages.warning(request, str(erro))
            return HttpResponseRedirect(reverse("admin:fiscal_documentofiscal_change", args=[documento.pk]))
        self._auditar_arquivo(request, documento, "fiscal.danfe_gerado")
        return HttpResponse(
            pdf,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="danfe-{nome_do_arquivo(documento)}.pdf"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    def _documento(self, request: HttpRequest, object_id: str) -> DocumentoFiscal | None:
        if not usuario_de(request).has_perm(PERMISSAO_XML) or not self.has_view_permission(request):
            raise PermissionDenied
        documento: Any = self.get_object(request, object_id)
        return documento if isinstance(documento, DocumentoFiscal) else None

    def _auditar_arquivo(self, request: HttpRequest, documento: DocumentoFiscal, acao: str) -> None:
        with transaction.atomic():
            registrar(
                acao=acao,
                ator=ator_usuario(usuario_de(request)),
                objeto="fiscal.documentofiscal",
                objeto_id=str(documento.pk),
                depois={"chave": documento.chave},
            )


def nome_do_arquivo(documento: DocumentoFiscal) -> str:
    """The chave, of which a name may hold only letters and digits; the document's number where it has none."""
    nome = limpar(documento.chave) if documento.chave.isascii() else ""
    return nome or f"documento-{documento.pk}"


def original(documento: DocumentoFiscal) -> int:
    """An inverse has no XML of its own: it is the original's."""
    return documento.estorno_de or documento.pk
