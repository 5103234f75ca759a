""" "Reenviar desde …": how many customers it is, seen before anybody confirms; why; and once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from clientes.admin.textos import numero, quantos
from clientes.models import Reenvio
from clientes.monitor import reenvio
from erp.acesso import formularios
from erp.acesso.erros import ErroDefinitivo

if TYPE_CHECKING:
    from erp.acesso.admin_base import AdminBase

    _Base = AdminBase
else:
    _Base = object

FORMULARIO = "clientes.reenviar_desde"
LISTA = "admin:clientes_varredura_changelist"
_FORMA = "%Y-%m-%dT%H:%M"


class FormularioDeReenvio(forms.Form):
    desde = forms.DateTimeField(
        label="Desde",
        input_formats=[_FORMA, "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y"],
        help_text="Data e hora, no horário da loja: vão todos os clientes que mudaram daí em diante.",
        error_messages={"required": "Escolha a data e a hora.", "invalid": "Escreva como 31/12/2026 08:00."},
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )
    motivo = forms.CharField(
        label="Motivo",
        required=False,
        max_length=500,
        help_text="Fica registrado na auditoria, com o seu nome.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "maxlength": 500}),
    )


class PaginaDeReenvio(_Base):
    """Mixin of the Monitor's page."""

    def get_urls(self) -> list[URLPattern]:
        visao = self.admin_site.admin_view
        return [
            path("reenviar/", visao(self.reenviar), name="clientes_reenviar_desde"),
            path("reenvio/<int:pk>/cancelar/", visao(self.cancelar_reenvio), name="clientes_reenvio_cancelar"),
            *super().get_urls(),
        ]

    def reenviar(self, request: HttpRequest) -> HttpResponse:
        """GET: how many. POST: the same again for another moment, or, for the very moment that was seen, do it."""
        usuario = _quem_pode(request)
        dados = request.POST if request.method == "POST" else request.GET
        formulario = FormularioDeReenvio(dados if dados.get("desde") is not None else None)
        desde = formulario.cleaned_data.get("desde") if formulario.is_bound and formulario.is_valid() else None
        if request.method == "POST" and desde and dados.get("acao") == "reenviar":
            return self._pedir(request, usuario, formulario, desde)
        return self._pagina_do_reenvio(request, usuario, formulario, desde)

    def _pedir(
        self, request: HttpRequest, usuario: User, formulario: FormularioDeReenvio, desde: datetime
    ) -> HttpResponse:
        try:
            with transaction.atomic():
                token, visto = formularios.ler(request.POST.get("token", ""), usuario, FORMULARIO)
                if visto != desde.isoformat():
                    return self._pagina_do_reenvio(
                        request, usuario, formulario, desde, "A data mudou: confira quantos são agora, e confirme."
                    )
                formularios.usar(token, usuario, FORMULARIO)
                reenvio.reenviar_desde(momento=desde, usuario=usuario, motivo=formulario.cleaned_data["motivo"])
        except formularios.FormularioRepetido as erro:
            messages.warning(request, str(erro))
        except ErroDefinitivo as erro:
            return self._pagina_do_reenvio(request, usuario, formulario, desde, f"Nada foi feito: {erro}")
        else:
            messages.success(request, "Reenvio pedido. Pode sair desta página: ele anda sozinho, atrás das mudanças.")
        return HttpResponseRedirect(reverse(LISTA))

    def _pagina_do_reenvio(
        self, request: HttpRequest, usuario: User, formulario: FormularioDeReenvio, desde: datetime | None,
        erro: str = "",
    ) -> HttpResponse:  # fmt: skip
        agora = timezone.localtime()
        if desde and desde > agora:
            desde, erro = None, erro or "Este momento ainda não chegou: escolha um que já passou."
        total = reenvio.contar_desde(desde) if desde else 0
        contexto: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Reenviar clientes",
            "opts": self.opts,
            "media": self.media + formulario.media,
            "formulario": formulario,
            "erro": erro,
            "visto": desde is not None,
            "total": _quantos_clientes(total),
            "algum": total > 0,
            "atalhos": _atalhos(agora),
            "token": formularios.emitir(usuario, FORMULARIO, desde.isoformat()) if desde else "",
            "no_maximo": numero(reenvio.NA_FILA_NO_MAXIMO),
            "voltar": reverse(LISTA),
        }
        resposta = TemplateResponse(request, "admin/clientes/reenviar.html", contexto)
        resposta.status_code = 409 if erro and request.method == "POST" else 200
        return resposta

    def cancelar_reenvio(self, request: HttpRequest, pk: int) -> HttpResponse:
        usuario = _quem_pode(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            reenvio.cancelar(reenvio=get_object_or_404(Reenvio, pk=pk), usuario=usuario)
        except ErroDefinitivo as erro:
            messages.warning(request, str(erro))
        else:
            messages.success(request, "Reenvio cancelado. O que já foi notado ainda sai.")
        return HttpResponseRedirect(reverse(LISTA))


def _quem_pode(request: HttpRequest) -> User:
    usuario = request.user
    if not isinstance(usuario, User) or not usuario.has_perm(reenvio.PERMISSAO):
        raise PermissionDenied
    return usuario


def _quantos_clientes(total: int) -> str:
    if total > reenvio.CONTADOS_NO_MAXIMO:
        return f"mais de {numero(reenvio.CONTADOS_NO_MAXIMO)} clientes"
    return quantos(total, "cliente", "clientes")


def _atalhos(agora: datetime) -> list[tuple[str, str]]:
    hoje = agora.replace(hour=0, minute=0, second=0, microsecond=0)
    momentos = (
        ("Última hora", agora - timedelta(hours=1)),
        ("Hoje", hoje),
        ("Ontem e hoje", hoje - timedelta(days=1)),
        ("7 dias", hoje - timedelta(days=7)),
        ("30 dias", hoje - timedelta(days=30)),
        ("Todos os clientes", datetime(1900, 1, 1, tzinfo=agora.tzinfo)),
    )
    return [(nome, f"{momento:{_FORMA}}") for nome, momento in momentos]
