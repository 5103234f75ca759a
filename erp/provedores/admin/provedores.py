"""Provedores: one card each, and the doors to pause it, to let it go on and to test it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from auditoria.rules import mascarar_texto
from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso import formularios
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.provedores import services
from erp.provedores.admin.cartoes import HORAS, cartao
from erp.provedores.erros import FalhaDoProvedor
from erp.provedores.models import ContagemProvedor, EstadoProvedor
from erp.provedores.registro import obter, procurar, todos

PERMISSAO = "provedores.pausar_provedor"
RETOMAR = "provedores.retomar"
TESTAR = "provedores.testar"
LISTA = "admin:provedores_estadoprovedor_changelist"
ORDEM = {"danger": 0, "warning": 1, "success": 2, "info": 3, "default": 4}  # who needs somebody comes first


@admin.register(EstadoProvedor)
class ProvedoresAdmin(SomenteLeitura, AdminBase):
    """One page for all of them: they are few. A page of one is the same page."""

    actions_detail = ("pausar",)

    def get_urls(self) -> list[Any]:
        envolver = self.admin_site.admin_view
        return [
            path("retomar/", envolver(self.retomar), name="provedores_estadoprovedor_retomar"),
            path("testar/", envolver(self.testar), name="provedores_estadoprovedor_testar"),
            *super().get_urls(),
        ]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A provider that was registered and never called has no row until somebody asks for it."""
        if procurar(object_id) is not None:
            EstadoProvedor.objects.get_or_create(nome=object_id)
        return super().get_object(request, object_id, from_field)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        agora = timezone.now()
        estados = EstadoProvedor.objects.in_bulk([p.nome for p in todos()])
        contagens: dict[str, list[ContagemProvedor]] = {}
        for contagem in ContagemProvedor.objects.filter(hora__gt=agora - timedelta(hours=HORAS)):
            contagens.setdefault(contagem.provedor, []).append(contagem)
        cartoes = [
            cartao(p, estados.get(p.nome) or EstadoProvedor(nome=p.nome), contagens.get(p.nome, []), agora)
            | self._botoes(request, p.nome)
            for p in todos()
        ]
        cartoes.sort(key=lambda c: ORDEM[c["cor"]])  # of one colour, by name as they are
        contexto = {
            **self.admin_site.each_context(request), "title": "Provedores", "opts": self.opts, "cartoes": cartoes,
            "retomar": reverse("admin:provedores_estadoprovedor_retomar"),
            "testar": reverse("admin:provedores_estadoprovedor_testar"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/provedores/provedores.html", contexto)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse(LISTA))

    def _botoes(self, request: HttpRequest, nome: str) -> dict[str, Any]:
        usuario = request.user
        if not isinstance(usuario, User) or not usuario.has_perm(PERMISSAO):
            return {}
        return {
            "pausar": reverse(f"{self.admin_site.name}:provedores_estadoprovedor_pausar", args=[nome]),
            "token_retomar": formularios.emitir(usuario, RETOMAR, {"nome": nome}),
            "token_testar": formularios.emitir(usuario, TESTAR, {"nome": nome}),
        }

    @acao_com_motivo(
        titulo="Pausar",
        explicacao="Nada é pedido a este provedor até alguém retomar. O que ele avisar por webhook continua sendo "
        "guardado, e espera; nada se perde.",
        permissao=PERMISSAO,
        botao="Pausar o provedor",
        icone="pause",
    )
    def pausar(self, queryset: QuerySet[EstadoProvedor], motivo: str, usuario: User) -> str:
        for estado in queryset.order_by("nome"):
            services.pausar(estado.nome, usuario=usuario, motivo=motivo)
        return "Em pausa até alguém retomar."

    def retomar(self, request: HttpRequest) -> HttpResponse:
        """POST only. Twice is once."""
        if (lido := self._ler(request, RETOMAR)) is not None:
            nome, usuario = lido
            voltou = services.retomar(nome, usuario=usuario)
            messages.success(request, "Retomado." if voltou else "Não estava em pausa.")
        return HttpResponseRedirect(reverse(LISTA))

    @sensivel("provedores.conexao_testada")
    def testar(self, request: HttpRequest) -> HttpResponse:
        """POST only: one cheap call, outside any transaction, and what came of it."""
        if (lido := self._ler(request, TESTAR)) is not None:
            self._testar(request, *lido)
        return HttpResponseRedirect(reverse(LISTA))

    def _testar(self, request: HttpRequest, nome: str, usuario: User) -> None:
        provedor = obter(nome)
        if faltam := provedor.faltam():
            messages.warning(request, f"{provedor.titulo}: falta configurar {', '.join(faltam)}.")
            return
        try:
            dito = provedor.testar()
        except FalhaDoProvedor as erro:
            messages.error(request, f"{provedor.titulo}: a conexão falhou. {mascarar_texto(erro.mensagem)}")
            return
        with transaction.atomic():
            registrar(
                acao="provedores.conexao_testada", ator=ator_usuario(usuario), objeto="provedores.EstadoProvedor",
                objeto_id=nome,
            )  # fmt: skip
        messages.success(request, f"{provedor.titulo}: conexão em ordem. {mascarar_texto(dito)}")

    def _ler(self, request: HttpRequest, acao: str) -> tuple[str, User] | None:
        """The provider and the person of a form of this page, spent; None when it does not serve (said on the page)."""
        usuario = request.user
        if not self.has_view_permission(request) or not isinstance(usuario, User) or not usuario.has_perm(PERMISSAO):
            raise PermissionDenied
        if request.method != "POST":
            return None
        try:
            token, dados = formularios.ler(request.POST.get("token", ""), usuario, acao)
            formularios.usar(token, usuario, acao)
        except ErroDefinitivo as erro:
            messages.warning(request, str(erro))
            return None
        return (dados["nome"], usuario) if procurar(dados["nome"]) else None
