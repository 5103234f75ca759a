"""Simulating: all is computed, nothing is written. Asked for once, and shown as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from erp.acesso import formularios
from erp.acesso.erros import ErroDefinitivo
from erp.rotinas import registro
from erp.rotinas.admin.fichas import EXECUTAR, endereco
from erp.rotinas.admin.pedido import FormularioDeSimulacao, dica_do_dia
from erp.rotinas.models import RotinaAgendada
from erp.rotinas.registro import Rotina
from erp.rotinas.services import solicitar_execucao

if TYPE_CHECKING:
    from erp.acesso.admin_base import AdminBase

    _Base = AdminBase
else:
    _Base = object

FORMULARIO = "rotinas.simular"
MOTIVO = "simulação pedida na tela"


class PaginaDeSimular(_Base):
    """Mixin of the admin of routines."""

    def get_urls(self) -> list[URLPattern]:
        visao = self.admin_site.admin_view(self.simular)
        return [path("<int:pk>/simular/", visao, name="rotinas_simular"), *super().get_urls()]

    def simular(self, request: HttpRequest, pk: int) -> HttpResponse:
        usuario = request.user
        if not isinstance(usuario, User) or not self.has_view_permission(request) or not usuario.has_perm(EXECUTAR):
            raise PermissionDenied
        rotina = get_object_or_404(RotinaAgendada, pk=pk, declarada=True, configurada=True)
        declarada = registro.obter(rotina.caminho)
        if not declarada.simulavel:
            raise Http404
        if request.method != "POST":
            return self._pagina_de_simular(request, usuario, rotina, declarada, FormularioDeSimulacao())
        return self._simular(request, usuario, rotina, declarada)

    def _simular(self, request: HttpRequest, usuario: User, rotina: RotinaAgendada, declarada: Rotina) -> HttpResponse:
        formulario = FormularioDeSimulacao(request.POST)
        volta = HttpResponseRedirect(reverse("admin:rotinas_rotinaagendada_change", args=[rotina.pk]))
        if not formulario.is_valid():
            return self._pagina_de_simular(request, usuario, rotina, declarada, formulario)
        try:
            token, visto = formularios.ler(request.POST.get("token", ""), usuario, FORMULARIO)
            if visto != rotina.pk:
                raise formularios.FormularioInvalido
            with transaction.atomic():
                formularios.usar(token, usuario, FORMULARIO)
                execucao = solicitar_execucao(
                    caminho=rotina.caminho, por=usuario, motivo=MOTIVO, simulacao=True,
                    referencia=formulario.cleaned_data["referencia"],
                )  # fmt: skip
        except formularios.FormularioRepetido as erro:
            messages.warning(request, str(erro))
            return volta
        except ErroDefinitivo as erro:
            return self._pagina_de_simular(request, usuario, rotina, declarada, formulario, str(erro))
        return HttpResponseRedirect(endereco(execucao))

    def _pagina_de_simular(
        self, request: HttpRequest, usuario: User, rotina: RotinaAgendada, declarada: Rotina,
        formulario: FormularioDeSimulacao, erro: str = "",
    ) -> HttpResponse:  # fmt: skip
        contexto = {
            **self.admin_site.each_context(request),
            "title": f"Simular: {rotina.titulo}",
            "opts": self.opts,
            "rotina": rotina,
            "formulario": formulario,
            "dica": dica_do_dia(declarada),
            "erro": erro,
            "token": formularios.emitir(usuario, FORMULARIO, rotina.pk),
            "voltar": reverse("admin:rotinas_rotinaagendada_change", args=[rotina.pk]),
        }
        resposta = TemplateResponse(request, "admin/rotinas/simular.html", contexto)
        resposta.status_code = 409 if erro else 200
        return resposta
