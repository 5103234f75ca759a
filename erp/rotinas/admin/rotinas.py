"""The page "Rotinas": all of them at once, and each with its schedule, its executions and what may be done."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from erp.acesso.acoes import Envio
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.rotinas.admin.ficha_da_rotina import ficha
from erp.rotinas.admin.fichas import EXECUTAR, linha
from erp.rotinas.admin.pagina_agenda import PaginaDaAgenda
from erp.rotinas.admin.pagina_simular import PaginaDeSimular
from erp.rotinas.admin.pedido import FormularioDeExecucao, painel_do_pedido
from erp.rotinas.admin.textos import ha
from erp.rotinas.models import RotinaAgendada
from erp.rotinas.retratos import Retrato, parada_desde, retrato_de, retratos
from erp.rotinas.services import solicitar_execucao
from erp.rotinas.services.edicao import PERMISSAO_AGENDA, pausar, retomar

LISTA = "admin:rotinas_rotinaagendada_changelist"
PROBLEMAS, EM_PAUSA, NAO_CONFIGURADAS = "problemas", "em-pausa", "nao-configuradas"


@admin.register(RotinaAgendada)
class RotinaAgendadaAdmin(PaginaDaAgenda, PaginaDeSimular, SomenteLeitura, AdminBase):
    search_fields = ("titulo", "caminho")  # of the search of all pages
    list_select_related = ("agenda__interval", "agenda__crontab")
    actions_detail = ("executar_agora", "pausar", "retomar")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One page of all: they are a few dozen. `?caminho=` leads to the page of one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if caminho := request.GET.get("caminho", "").replace("\0", ""):
            achada = get_object_or_404(RotinaAgendada, caminho__iexact=caminho)
            return HttpResponseRedirect(reverse("admin:rotinas_rotinaagendada_change", args=[achada.pk]))
        contexto = {
            **self.admin_site.each_context(request),
            "title": "Rotinas",
            "opts": self.opts,
            **_todas(request),
        }
        return TemplateResponse(request, "admin/rotinas/rotinas.html", contexto)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request) or object_id is None:
            raise PermissionDenied
        rotina = None
        if object_id.isdecimal() and len(object_id) < 19:
            linhas = RotinaAgendada.objects.select_related("agenda__interval", "agenda__crontab")
            rotina = linhas.filter(pk=int(object_id)).first()
        if rotina is None:
            messages.warning(request, "Esta rotina não existe.")
            return HttpResponseRedirect(reverse(LISTA))
        contexto = {
            **self.admin_site.each_context(request),
            "title": rotina.titulo,
            "opts": self.opts,
            "original": rotina,
            "voltar": reverse(LISTA),
            **ficha(retrato_de(rotina), timezone.now(), request),
        }
        return TemplateResponse(request, "admin/rotinas/rotina.html", contexto)

    @acao_com_motivo(
        titulo="Executar agora",
        explicacao="A rotina roda assim que um trabalhador estiver livre, fora da agenda. "
        "Se já estiver em curso, ou já tiver terminado bem para a mesma referência, o pedido fica registrado como pulado.",
        permissao=EXECUTAR,
        botao="Executar agora",
        icone="play_arrow",
        formulario=FormularioDeExecucao,
        painel=painel_do_pedido,
    )
    def executar_agora(self, queryset: QuerySet[RotinaAgendada], motivo: str, usuario: User, envio: Envio) -> str:
        dia = envio.campos.get("referencia")
        for rotina in queryset.order_by("caminho"):
            solicitar_execucao(caminho=rotina.caminho, por=usuario, motivo=motivo, referencia=dia)
        return "Execução pedida. Ela aparece abaixo, e a página se atualiza sozinha."

    @acao_com_motivo(
        titulo="Pausar",
        explicacao="A rotina deixa de rodar pela agenda até que alguém a retome. O que deixar de rodar nesse tempo não "
        "é recuperado depois. O que já está rodando termina, e «Executar agora» continua valendo.",
        permissao=PERMISSAO_AGENDA,
        botao="Pausar a rotina",
        perigosa=True,
        icone="pause",
    )
    def pausar(self, queryset: QuerySet[RotinaAgendada], motivo: str, usuario: User) -> str:
        mudou = [pausar(rotina_id=rotina.pk, usuario=usuario, motivo=motivo) for rotina in queryset.order_by("pk")]
        return "Em pausa: não roda até alguém retomar." if any(mudou) else "Já estava em pausa."

    @acao_com_motivo(
        titulo="Retomar",
        explicacao="A rotina volta a rodar pela agenda, a partir do próximo horário. O que deixou de rodar em pausa não "
        "é recuperado: se fizer falta, use «Executar agora».",
        permissao=PERMISSAO_AGENDA,
        botao="Retomar a rotina",
        icone="play_circle",
    )
    def retomar(self, queryset: QuerySet[RotinaAgendada], motivo: str, usuario: User) -> str:
        mudou = [retomar(rotina_id=rotina.pk, usuario=usuario, motivo=motivo) for rotina in queryset.order_by("pk")]
        return "Retomada: roda no próximo horário da agenda." if any(mudou) else "Não estava em pausa."


def _todas(request: HttpRequest) -> dict[str, Any]:
    agora = timezone.now()
    todos = retratos()
    mostrar = request.GET.get("mostrar", "")
    parada = parada_desde(agora)
    grupos = [
        ("da-empresa", "Rotinas da empresa", "", [r for r in todos if r.configurada and not r.do_sistema]),
        ("nao-configuradas", "Ainda não configuradas", "falta ligar o serviço de fora; não rodam, e quem as chama é avisado",
         [r for r in todos if not r.configurada]),
        ("do-sistema", "Do próprio sistema", "a retaguarda cuidando de si", [r for r in todos if r.configurada and r.do_sistema]),
    ]  # fmt: skip
    filtros = {
        "": todos,
        PROBLEMAS: [r for r in todos if r.com_problema],
        EM_PAUSA: [r for r in todos if r.configurada and r.em_pausa],
        NAO_CONFIGURADAS: [r for r in todos if not r.configurada],
    }
    visiveis = {r.rotina.pk for r in filtros.get(mostrar, todos)}
    return {
        "grupos": [
            {
                "id": chave,
                "titulo": titulo,
                "detalhe": detalhe,
                "linhas": [linha(r, agora, request.user) for r in dela if r.rotina.pk in visiveis],
            }
            for chave, titulo, detalhe, dela in grupos
        ],
        "filtros": _filtros(filtros, mostrar),
        "vazio": not visiveis,
        "parada": f"{ha(parada, agora)}" if parada else "",
        "execucoes_url": reverse("admin:rotinas_execucao_changelist"),
    }


def _filtros(filtros: dict[str, list[Retrato]], mostrar: str) -> list[dict[str, Any]]:
    nomes = {"": "Todas", PROBLEMAS: "Com problema", EM_PAUSA: "Em pausa", NAO_CONFIGURADAS: "Não configuradas"}
    return [
        {
            "nome": nomes[chave],
            "n": len(achadas),
            "url": f"?mostrar={chave}" if chave else "?",
            "ativo": chave == (mostrar if mostrar in filtros else ""),
            "alerta": chave == PROBLEMAS and bool(achadas),
        }
        for chave, achadas in filtros.items()
    ]
