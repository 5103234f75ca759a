"""Sincronização: one card per entity, and the doors to read it from the beginning and to accept what is gone there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from erp.acesso.acoes import Envio, Painel
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.sincronizacao import services
from erp.sincronizacao.admin import textos
from erp.sincronizacao.admin.cartoes import cartoes
from erp.sincronizacao.admin.textos import rotina_url
from erp.sincronizacao.cliente import Vizinha
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.models import CursorEntidade
from erp.sincronizacao.services.passadas import CAMINHO_COMPARAR
from filas.admin import formatos

PERMISSAO = "sincronizacao.refazer_sincronizacao"
LISTA = "admin:sincronizacao_cursorentidade_changelist"


def painel_das_exclusoes(usuario: User, queryset: QuerySet[CursorEntidade]) -> Painel:
    """How many, of which register; and the button says it again."""
    linhas = [
        (
            textos.ENTIDADE_DE.get(c.entidade, c.entidade),
            formatos.quantas(c.exclusoes_a_confirmar, "registro", "registros"),
        )
        for c in queryset.order_by("pk")
    ]
    total = sum(c.exclusoes_a_confirmar for c in queryset)
    botao = f"Tirar de uso {formatos.quantas(total, 'registro', 'registros')}"
    return Painel("admin/sincronizacao/exclusoes.html", {"linhas": linhas}, botao=botao)


@admin.register(CursorEntidade)
class EntidadesAdmin(SomenteLeitura, AdminBase):
    """One page for all of them: they are seven. A page of one is the same page."""

    actions_detail = ("refazer", "aceitar_exclusoes")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        usuario = request.user
        pode = isinstance(usuario, User) and usuario.has_perm(PERMISSAO)
        vizinha = Vizinha()
        contexto = {
            **self.admin_site.each_context(request), "title": "Sincronização", "opts": self.opts,
            "cartoes": [c | (_botoes(c) if pode else {}) for c in cartoes(timezone.now())],
            "faltam": vizinha.faltam(),
            "provedor": f"{reverse('admin:provedores_estadoprovedor_changelist')}#provedor-{vizinha.nome}",
            "diferencas": reverse("admin:sincronizacao_diferenca_changelist"), "comparar": rotina_url(CAMINHO_COMPARAR),
            "conflitos": reverse("admin:sincronizacao_conflito_changelist"), "documentacao": reverse("docs"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/sincronizacao/entidades.html", contexto)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse(LISTA))

    @acao_com_motivo(
        titulo="Ressincronizar tudo",
        explicacao="O cadastro inteiro é lido de novo, do começo, na próxima execução. O que estiver diferente nos campos do ERP "
        "fica como ele diz, pela regra do cadastro; o que ele não tem mais sai de uso. Nada é apagado.",
        permissao=PERMISSAO,
        botao="Ressincronizar tudo",
        perigosa=True,
        icone="restart_alt",
    )
    def refazer(self, queryset: QuerySet[CursorEntidade], motivo: str, usuario: User) -> str:
        for cursor in queryset.order_by("entidade"):
            services.refazer(entidade=cursor.entidade, usuario=usuario, motivo=motivo)
        return "Será lido do começo na próxima execução."

    @acao_com_motivo(
        titulo="Aceitar as exclusões",
        explicacao="A última leitura inteira deixou de trazer muitos registros de uma vez, e eles continuam em uso aqui. Confira "
        "se o endereço e o banco da outra retaguarda são os certos. Aceitando, eles saem de uso na próxima execução.",
        permissao=PERMISSAO,
        botao="Tirar de uso",
        perigosa=True,
        icone="delete_sweep",
        painel=painel_das_exclusoes,
    )
    def aceitar_exclusoes(self, queryset: QuerySet[CursorEntidade], motivo: str, usuario: User, envio: Envio) -> str:
        quantos = sum(
            services.aceitar_exclusoes(entidade=c.entidade, usuario=usuario, motivo=motivo)
            for c in queryset.order_by("pk")
        )
        return f"{formatos.quantas(quantos, 'registro sai', 'registros saem')} de uso na próxima execução."


def _botoes(cartao: dict[str, Any]) -> dict[str, str]:
    """Only for what was read at least once."""
    if cartao["nome"] not in ENTIDADES or not cartao["lida"]:
        return {}
    botoes = {"refazer": reverse("admin:sincronizacao_cursorentidade_refazer", args=[cartao["nome"]])}
    if cartao["exclusoes"]:
        botoes["aceitar"] = reverse("admin:sincronizacao_cursorentidade_aceitar_exclusoes", args=[cartao["nome"]])
    return botoes
