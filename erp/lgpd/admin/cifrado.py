"""The page that shows what an event holds encrypted, once a reason was given."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from auditoria.services import ator_usuario
from auditoria.trilha.nomes import nome_do_campo
from erp.acesso.erros import ErroDefinitivo
from erp.lgpd.admin.formularios import FormularioDeLeitura
from erp.lgpd.services import ler_cifrado

LER: Final = "auditoria.ler_dado_cifrado"


@never_cache
def pagina_do_cifrado(request: HttpRequest, modeladmin: Any, evento_id: UUID) -> HttpResponse:
    """GET asks why; POST shows, and records who read."""
    if not isinstance(request.user, User) or not request.user.has_perms((LER, "auditoria.view_evento")):
        raise PermissionDenied
    form = FormularioDeLeitura(request.POST if request.method == "POST" else None)
    lidos: list[tuple[str, str]] = []
    erro = ""
    if request.method == "POST" and form.is_valid():
        try:
            lados = ler_cifrado(evento_id, ator=ator_usuario(request.user), motivo=form.cleaned_data["motivo"])
            lidos = [
                (f"{nome_do_campo('', c)} ({lado})", v) for lado, campos in lados.items() for c, v in campos.items()
            ]
        except ErroDefinitivo as recusa:
            erro = str(recusa)
    contexto = {
        **modeladmin.admin_site.each_context(request), "opts": modeladmin.opts, "media": modeladmin.media,
        "title": "Dado pessoal cifrado", "form": form, "erro": erro, "lidos": lidos,
        "voltar": reverse("admin:auditoria_evento_change", args=[evento_id]),
    }  # fmt: skip
    return TemplateResponse(request, "lgpd/cifrado.html", contexto, status=409 if erro else 200)
