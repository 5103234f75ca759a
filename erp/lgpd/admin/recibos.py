"""The receipts of anonymisations, and the doors to the page of a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from auditoria.atores import nome_do_ator
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.lgpd.admin.cifrado import pagina_do_cifrado
from erp.lgpd.admin.pessoa import VER, pagina_da_pessoa
from erp.lgpd.models import Anonimizacao
from erp.lgpd.recibo import recibo_em_pdf


@admin.register(Anonimizacao)
class AnonimizacaoAdmin(SomenteLeitura, AdminBase):
    """Newest first, by the primary key."""

    list_display = ["numero_", "feita_em_", "feita_por_", "quanto", "motivo"]
    list_before_template = "lgpd/antes_da_lista.html"
    lista_vazia = "Cada anonimização deixa um recibo, que aparece aqui."
    ordering = ["-pk"]
    sortable_by = ()
    fieldsets = [
        (None, {"fields": ["numero_", "feita_em_", "feita_por_", "motivo", "baixar"]}),
        ("O que mudou", {"fields": ["o_que_mudou"]}),
        ("O que ficou, e por qual lei", {"fields": ["o_que_ficou"]}),
    ]  # fmt: skip
    readonly_fields = ["numero_", "feita_em_", "feita_por_", "motivo", "baixar", "o_que_mudou", "o_que_ficou"]

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_urls(self) -> list[URLPattern]:
        envolver = self.admin_site.admin_view
        return [
            path("pessoa/", envolver(self._pessoa), name="lgpd_pessoa"),
            path("cifrado/<uuid:evento_id>/", envolver(self._cifrado), name="lgpd_cifrado"),
            path("<int:pk>/recibo.pdf", envolver(self._pdf), name="lgpd_recibo"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        porta = {"pode_ver": request.user.has_perm(VER), "pagina": reverse("admin:lgpd_pessoa")}
        return super().changelist_view(request, {**(extra_context or {}), **porta})

    def _pessoa(self, request: HttpRequest) -> HttpResponseBase:
        return pagina_da_pessoa(request, self)

    def _cifrado(self, request: HttpRequest, evento_id: UUID) -> HttpResponse:
        return pagina_do_cifrado(request, self, evento_id)

    def _pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        recibo = Anonimizacao.objects.filter(pk=pk).first()
        if recibo is None:
            raise Http404
        cabecalhos = {
            "Content-Disposition": f'inline; filename="{recibo.numero}.pdf"',
            "Cache-Control": "private, no-store",
        }
        return HttpResponse(recibo_em_pdf(recibo), content_type="application/pdf", headers=cabecalhos)

    @admin.display(description="recibo")
    def numero_(self, recibo: Anonimizacao) -> str:
        return recibo.numero

    @admin.display(description="feita em")
    def feita_em_(self, recibo: Anonimizacao) -> str:
        return timezone.localtime(recibo.feita_em).strftime("%d/%m/%Y %H:%M:%S")

    @admin.display(description="feita por")
    def feita_por_(self, recibo: Anonimizacao) -> str:
        return nome_do_ator(recibo.feita_por)

    @admin.display(description="linhas mudadas")
    def quanto(self, recibo: Anonimizacao) -> int:
        return sum(parte["linhas"] for parte in recibo.mudou)

    @admin.display(description="para entregar")
    def baixar(self, recibo: Anonimizacao) -> SafeString:
        return _html("lgpd/_baixar.html", {"endereco": reverse("admin:lgpd_recibo", args=[recibo.pk])})

    @admin.display(description="")
    def o_que_mudou(self, recibo: Anonimizacao) -> SafeString:
        return _html(
            "lgpd/_partes.html", {"partes": recibo.mudou, "chaves": recibo.chaves, "vazio": "Nada havia para mudar."}
        )

    @admin.display(description="")
    def o_que_ficou(self, recibo: Anonimizacao) -> SafeString:
        return _html("lgpd/_partes.html", {"partes": recibo.ficou, "vazio": "Nada ficou."})


def _html(modelo: str, contexto: dict[str, Any]) -> SafeString:
    return mark_safe(render_to_string(modelo, contexto))  # the template escapes
