"""Changing a schedule: chosen by its kind, with the next five runs seen before anybody saves; why; and once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from erp.acesso import formularios
from erp.acesso.erros import ErroDefinitivo
from erp.rotinas.admin.formulario import PROPRIOS, SEGUNDOS, FormularioDeAgenda, inicial
from erp.rotinas.admin.textos import daqui_a, marcado
from erp.rotinas.agenda import Cada
from erp.rotinas.calendario import Quando, proximas
from erp.rotinas.crontab import Cron
from erp.rotinas.models import RotinaAgendada
from erp.rotinas.palavras import agenda_em_palavras
from erp.rotinas.services.edicao import PERMISSAO_AGENDA, mudar_agenda
from erp.rotinas.tarefas import agenda_da, em_palavras

if TYPE_CHECKING:
    from erp.acesso.admin_base import AdminBase

    _Base = AdminBase
else:
    _Base = object

FORMULARIO = "rotinas.mudar_agenda"
CONFIRA = "Confira as próximas execuções e grave."


class PaginaDaAgenda(_Base):
    """Mixin of the admin of routines."""

    def get_urls(self) -> list[URLPattern]:
        visao = self.admin_site.admin_view
        return [
            path("<int:pk>/agenda/", visao(self.agenda), name="rotinas_agenda"),
            path("<int:pk>/agenda/previa/", visao(self.previa_da_agenda), name="rotinas_agenda_previa"),
            *super().get_urls(),
        ]

    def agenda(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET: as it is. POST: what was chosen would do; or, of the very schedule that was seen, save it."""
        usuario, rotina = self._da_agenda(request, pk)
        if request.method != "POST":
            formulario = FormularioDeAgenda(initial=inicial(agenda_da(rotina.agenda)), por_segundo=_por_segundo(rotina))
            return self._pagina(request, usuario, rotina, formulario)
        formulario = FormularioDeAgenda(request.POST, por_segundo=_por_segundo(rotina))
        if not formulario.is_valid() or formulario.agenda is None or request.POST.get("acao") != "gravar":
            return self._pagina(request, usuario, rotina, formulario)
        return self._gravar(request, usuario, rotina, formulario, formulario.agenda)

    def previa_da_agenda(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The next five runs of what is being chosen: the page asks at each change."""
        usuario, rotina = self._da_agenda(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        formulario = FormularioDeAgenda(request.POST, por_segundo=_por_segundo(rotina))
        formulario.is_valid()
        contexto = _previa(usuario, rotina, formulario.agenda, formulario)
        return TemplateResponse(request, "admin/rotinas/_previa.html", contexto)

    def _da_agenda(self, request: HttpRequest, pk: int) -> tuple[User, RotinaAgendada]:
        usuario = request.user
        if not isinstance(usuario, User) or not self.has_view_permission(request):
            raise PermissionDenied
        if not usuario.has_perm(PERMISSAO_AGENDA):
            raise PermissionDenied
        rotinas = RotinaAgendada.objects.select_related("agenda__interval", "agenda__crontab")
        return usuario, get_object_or_404(rotinas, pk=pk, declarada=True, configurada=True)

    def _gravar(
        self,
        request: HttpRequest,
        usuario: User,
        rotina: RotinaAgendada,
        formulario: FormularioDeAgenda,
        agenda: Cada | Cron,
    ) -> HttpResponse:
        motivo = formulario.cleaned_data["motivo"].strip()
        try:
            token, visto = formularios.ler(request.POST.get("token", ""), usuario, FORMULARIO)
            if visto["agenda"] != agenda_em_palavras(agenda) or visto["rotina"] != rotina.pk:
                return self._pagina(request, usuario, rotina, formulario, f"A agenda escolhida mudou. {CONFIRA}")
            if len(motivo) < 5:
                formulario.add_error("motivo", "Falta o motivo: escreva ao menos 5 letras.")
                return self._pagina(request, usuario, rotina, formulario)
            with transaction.atomic():
                formularios.usar(token, usuario, FORMULARIO)
                mudar_agenda(
                    rotina_id=rotina.pk, agenda=agenda, vista=visto["antes"], usuario=usuario, motivo=motivo
                )  # fmt: skip
        except formularios.FormularioRepetido as erro:
            messages.warning(request, str(erro))
        except ErroDefinitivo as erro:
            rotina.refresh_from_db()
            return self._pagina(request, usuario, rotina, formulario, f"Nada foi gravado: {erro}")
        else:
            messages.success(request, f"Agenda gravada: {agenda_em_palavras(agenda)}.")
        return HttpResponseRedirect(reverse("admin:rotinas_rotinaagendada_change", args=[rotina.pk]))

    def _pagina(
        self,
        request: HttpRequest,
        usuario: User,
        rotina: RotinaAgendada,
        formulario: FormularioDeAgenda,
        erro: str = "",
    ) -> HttpResponse:
        atual = agenda_da(rotina.agenda)
        escolhida = formulario.agenda if formulario.is_bound else atual
        contexto = {
            **self.admin_site.each_context(request),
            "title": f"Agenda: {rotina.titulo}",
            "opts": self.opts,
            "rotina": rotina,
            "formulario": formulario,
            "opcoes": _opcoes(formulario),
            "erro": erro,
            "agora_e": em_palavras(rotina.agenda),
            "previa_url": reverse("admin:rotinas_agenda_previa", args=[rotina.pk]),
            "voltar": reverse("admin:rotinas_rotinaagendada_change", args=[rotina.pk]),
            **_previa(usuario, rotina, escolhida, formulario),
        }
        resposta = TemplateResponse(request, "admin/rotinas/agenda.html", contexto)
        resposta.status_code = 409 if erro else 200
        return resposta


def quando_roda(agenda: Quando | None, agora: datetime, quantas: int = 5) -> list[dict[str, str]]:
    """The next runs as the pages show them."""
    return [
        {"quando": marcado(momento, agora), "falta": daqui_a(momento, agora)}
        for momento in (proximas(agenda, agora, quantas) if agenda else ())
    ]


def _previa(
    usuario: User, rotina: RotinaAgendada, agenda: Quando | None, formulario: FormularioDeAgenda
) -> dict[str, Any]:
    """What the chosen schedule would do, and the token of having seen it."""
    antes = em_palavras(rotina.agenda)
    palavras = agenda_em_palavras(agenda) if agenda else ""
    atual = agenda_da(rotina.agenda)
    visto = {"rotina": rotina.pk, "agenda": palavras, "antes": antes}
    return {
        "palavras": palavras,
        "igual": bool(agenda and atual and palavras == agenda_em_palavras(atual)),
        "proximas": quando_roda(agenda, timezone.now()),
        "em_pausa": rotina.agenda is not None and not rotina.agenda.enabled,
        "problemas": [
            str(problema) for campo, lista in formulario.errors.items() if campo != "motivo" for problema in lista
        ],
        "token": formularios.emitir(usuario, FORMULARIO, visto) if agenda else "",
    }


def _opcoes(formulario: FormularioDeAgenda) -> list[dict[str, Any]]:
    """Each kind with its own fields."""
    escolhido = formulario["tipo"].value()
    return [
        {
            "valor": valor,
            "rotulo": rotulo,
            "marcada": valor == escolhido,
            "campos": [formulario[nome] for nome in PROPRIOS[valor]],
        }
        for valor, rotulo in formulario.fields["tipo"].choices  # type: ignore[attr-defined]  # a choice field
    ]


def _por_segundo(rotina: RotinaAgendada) -> bool:
    atual = agenda_da(rotina.agenda)
    return atual is not None and inicial(atual)["tipo"] == SEGUNDOS
