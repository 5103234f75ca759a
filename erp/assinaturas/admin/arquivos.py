"""Documents as files: a PDF open in the browser, or saved; who opened one is in the audit trail."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse

from auditoria.services import ator_usuario, registrar

PERMISSAO_LER: Final = "assinaturas.ler_documento"


def resposta_pdf(pdf: bytes, nome: str, *, de_fora: bool = False) -> HttpResponse:
    """Ours opens in the browser; what came from outside is only ever saved, and runs nothing."""
    modo = "attachment" if de_fora else "inline"
    cabecalhos = {
        "Content-Disposition": f'{modo}; filename="{nome}.pdf"', "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }  # fmt: skip
    if de_fora:
        cabecalhos["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return HttpResponse(pdf, content_type="application/pdf", headers=cabecalhos)


@transaction.atomic
def anotar_leitura(usuario: User, acao: str, objeto: str, objeto_id: int, sha256: str) -> None:
    """Somebody opened a document."""
    registrar(acao=acao, ator=ator_usuario(usuario), objeto=objeto, objeto_id=str(objeto_id), depois={"sha256": sha256})
