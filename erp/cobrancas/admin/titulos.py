"""Titles, with the charges made of them and the button that makes one: what the ledger below cannot know."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from unfold.decorators import action

from erp.cobrancas.admin.criar import PERMISSAO, TITULOS_POR_VEZ
from erp.cobrancas.models import Cobranca
from erp.financeiro.admin.titulos import TituloAdmin
from erp.financeiro.models import Sentido, Titulo

admin.site.unregister(Titulo)


@admin.register(Titulo)
class TituloComCobrancaAdmin(TituloAdmin):
    """The same window, and two doors more."""

    actions = [*TituloAdmin.actions, "cobrar"]
    actions_detail = [*TituloAdmin.actions_detail, "cobrar_este"]
    fieldsets = [*TituloAdmin.fieldsets[:2], ("Cobranças", {"fields": ["cobrancas_"]}), *TituloAdmin.fieldsets[2:]]
    readonly_fields = [*TituloAdmin.readonly_fields, "cobrancas_"]

    @admin.display(description="")
    def cobrancas_(self, titulo: Titulo) -> SafeString:
        cobrancas = Cobranca.objects.filter(titulo=titulo).order_by("-pk")[:50]
        return mark_safe(render_to_string("cobrancas/do_titulo.html", {"cobrancas": cobrancas}))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what we are owed is charged."""
        acoes: list[Any] = super().get_actions_detail(request, object_id)
        titulo = Titulo.objects.filter(pk=object_id).only("sentido").first() if str(object_id).isdecimal() else None
        a_pagar = titulo is not None and titulo.sentido != Sentido.RECEBER
        return [acao for acao in acoes if not (a_pagar and acao.method.__name__ == "cobrar_este")]

    @admin.action(description="Cobrar por link ou Pix")
    def cobrar(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        ids = list(queryset.values_list("pk", flat=True)[: TITULOS_POR_VEZ + 1])
        if len(ids) > TITULOS_POR_VEZ:
            messages.error(request, f"São mais de {TITULOS_POR_VEZ} títulos. Escolha menos de cada vez.")
            return None
        return _ir_cobrar(ids)

    cobrar.permissao = PERMISSAO  # type: ignore[attr-defined]  # read by AdminBase.get_actions

    @action(description="Cobrar", url_path="cobrar-este", permissions=[PERMISSAO], icon="link")  # type: ignore[untyped-decorator]  # unfold has no types
    def cobrar_este(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _ir_cobrar([object_id])


def _ir_cobrar(ids: list[Any]) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('admin:cobrancas_cobranca_criar')}?ids={','.join(map(str, ids))}")
