"""The search of the queue: a token leads to its message, a registro to the list of its messages.

By POST, for a registro may be a CPF, which must not stay in addresses, logs or the browser's history; where it leads
names the record by the id of a message of its own.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from filas.admin import mascara
from filas.admin.topo import lista
from filas.estado import conhecidos
from filas.models import Mensagem

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Base = ModelAdmin[Any]
else:
    _Base = object

MAIOR_TERMO = 80


class ComProcura(_Base):
    """Mixin of the queue's list."""

    search_fields = ("pk",)  # shows the box
    search_help_text = "Código do registro ou token"

    def get_urls(self) -> list[Any]:
        procurar = self.admin_site.admin_view(self.procurar)
        return [path("procurar/", procurar, name="filas_mensagem_procurar"), *super().get_urls()]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """`?q=` of an address finds nothing: what is typed never stays in one."""
        return (queryset.none() if search_term.strip() else queryset), False

    @method_decorator(sensitive_post_parameters("q"))
    def procurar(self, request: HttpRequest) -> HttpResponse:
        """POST: to the message, or to the list of a record's; with nothing found, back, saying so."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        volta = HttpResponseRedirect(reverse("admin:filas_mensagem_changelist"))
        termo = request.POST.get("q", "").replace("\x00", "").strip()[:MAIOR_TERMO] if request.method == "POST" else ""
        if not termo:
            return volta
        if token := _token(termo):
            pk = Mensagem.objects.filter(token=token).values_list("pk", flat=True).first()
            if pk is not None:
                return HttpResponseRedirect(reverse("admin:filas_mensagem_change", args=[pk]))
            messages.warning(request, "Nenhuma mensagem tem este token.")
            return volta
        inteiro = mascara.ve_documentos(request)
        if not inteiro and mascara.chave(termo, inteiro=False) != termo:
            messages.warning(
                request, "Procurar por um código que pode ser CPF ou CNPJ pede a permissão de ver documentos."
            )
            return volta
        pk = ultima_do_registro(termo)
        if pk is None:
            messages.warning(request, f"Nenhuma mensagem do registro {mascara.chave(termo, inteiro=inteiro)}.")
            return volta
        return HttpResponseRedirect(lista(registro=pk))


def _token(termo: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(termo)
    except ValueError:
        return None


def ultima_do_registro(termo: str) -> int | None:
    """The newest message of a record, by its key as typed, or by its letters and digits only."""
    so_letras = "".join(c for c in termo if c.isalnum()).upper()
    chaves = list(dict.fromkeys([termo, termo.upper(), so_letras]))
    pk: int | None = (
        Mensagem.objects.filter(contexto__in=[*conhecidos()], chave__in=chaves)
        .order_by("contexto", "chave", "-id")
        .values_list("pk", flat=True)
        .first()
    )
    return pk
