"""Integrações: each context of the queue, how it is doing, and the doors to pause it and to let it go on."""

from __future__ import annotations

from datetime import datetime
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

from erp.acesso import formularios
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from filas.admin import formatos, mascara
from filas.admin.topo import frase_do_parado, linha_da_causa, lista
from filas.contagens import TETO, erros_por_causa
from filas.estado import Retrato, conhecidos, retratos
from filas.fila.atos import pausar, retomar
from filas.models import EstadoContexto, Mensagem

RETOMAR = "filas.retomar_contexto"
PERMISSAO = "filas.pausar_contexto"


@admin.register(EstadoContexto)
class ContextosAdmin(SomenteLeitura, AdminBase):
    """One page for all of them: they are few. A page of one is the same page."""

    actions_detail = ("pausar",)

    def get_urls(self) -> list[Any]:
        envolver = self.admin_site.admin_view
        return [
            path("agora/", envolver(self.agora), name="filas_estadocontexto_agora"),
            path("retomar/", envolver(self.retomar), name="filas_estadocontexto_retomar"),
            *super().get_urls(),
        ]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A context that was registered and never used has no row until somebody asks for it."""
        if object_id in conhecidos():
            EstadoContexto.objects.get_or_create(contexto=object_id)
        return super().get_object(request, object_id, from_field)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return self._pagina(request, "admin/filas/contextos.html")

    def agora(self, request: HttpRequest) -> HttpResponse:
        """The cards only, as they are now: asked by the page itself."""
        return self._pagina(request, "admin/filas/_contextos.html")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:filas_estadocontexto_changelist"))

    def _pagina(self, request: HttpRequest, modelo: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        agora = timezone.now()
        pode = request.user.has_perm(PERMISSAO)
        contexto = {
            **self.admin_site.each_context(request),
            "title": "Integrações",
            "opts": self.opts,
            "contextos": [self._cartao(request, r, agora, pode) for r in retratos()],
            "agora": reverse("admin:filas_estadocontexto_agora"),
            "retomar": reverse("admin:filas_estadocontexto_retomar"),
            "fila": reverse("admin:filas_mensagem_changelist"),
        }
        return TemplateResponse(request, modelo, contexto)

    def _cartao(self, request: HttpRequest, r: Retrato, agora: datetime, pode: bool) -> dict[str, Any]:
        usuario = request.user
        assert isinstance(usuario, User)
        url_pausar = reverse(f"{self.admin_site.name}:filas_estadocontexto_pausar", args=[r.nome]) if pode else ""
        return cartao(r, agora, mascara.ve_documentos(request)) | {
            "pausar": "" if r.pausado_por_pessoa else url_pausar,
            "token": formularios.emitir(usuario, RETOMAR, {"contexto": r.nome}) if pode and r.pausado else "",
        }

    @acao_com_motivo(
        titulo="Pausar",
        explicacao="Nada desta integração é enviado até alguém retomar. As mensagens esperam na fila, e nada se perde; "
        "o que já está saindo termina.",
        permissao=PERMISSAO,
        botao="Pausar a integração",
        icone="pause",
    )
    def pausar(self, queryset: QuerySet[EstadoContexto], motivo: str, usuario: User) -> str:
        for estado in queryset.order_by("contexto"):
            pausar(estado.contexto, usuario=usuario, motivo=motivo)
        return "Em pausa. As mensagens esperam até alguém retomar."

    def retomar(self, request: HttpRequest) -> HttpResponse:
        """POST only. Twice is once."""
        volta = HttpResponseRedirect(reverse("admin:filas_estadocontexto_changelist"))
        usuario = request.user
        if not self.has_view_permission(request) or not isinstance(usuario, User) or not usuario.has_perm(PERMISSAO):
            raise PermissionDenied
        if request.method != "POST":
            return volta
        try:
            token, dados = formularios.ler(request.POST.get("token", ""), usuario, RETOMAR)
            with transaction.atomic():
                formularios.usar(token, usuario, RETOMAR)
                voltou = retomar(dados["contexto"], usuario=usuario)
        except ErroDefinitivo as erro:
            messages.warning(request, str(erro))
            return volta
        messages.success(request, "Retomada: as mensagens voltam a sair." if voltou else "Não estava em pausa.")
        return volta


def cartao(r: Retrato, agora: datetime, inteiro: bool) -> dict[str, Any]:
    """A context in words and numbers."""
    e = r.estado
    situacao, cor = _selo(r)
    return {
        "nome": r.nome,
        "titulo": r.titulo,
        "situacao": situacao,
        "cor": cor,
        "frase": frase_do_parado(r) if r.parado else "",
        "fatos": [
            ("Pendentes", f"{formatos.numero(TETO)}+" if r.pendentes > TETO else formatos.numero(r.pendentes),
             lista(situacao=Mensagem.Situacao.PENDENTE.value, contexto=r.nome)),
            ("Pendente mais antiga", formatos.ha(r.mais_antiga, agora) if r.mais_antiga else "nenhuma", ""),
            ("Saindo agora", formatos.numero(r.enviando), ""),
            ("Tentativas por hora", f"cerca de {formatos.numero(r.por_hora)}" if r.por_hora else "nenhuma", ""),
            ("Último sucesso", formatos.ha(e.ultimo_sucesso_em, agora), ""),
            ("Última falha", formatos.ha(e.ultima_falha_em, agora), ""),
            ("Falhas seguidas", formatos.numero(e.falhas_seguidas), ""),
        ],
        "ultima_falha": mascara.texto(e.ultima_falha, inteiro=inteiro),
        "causas": [linha_da_causa(g) for g in erros_por_causa(r.nome)[:10]],
    }  # fmt: skip


def _selo(r: Retrato) -> tuple[str, str]:
    if r.contexto is None:
        return "Desconhecida", "danger"
    if not r.configurado:
        return "Não configurada", "warning"
    if r.pausado:
        return "Em pausa", "warning"
    return ("Com falhas", "danger") if r.estado.falhas_seguidas else ("Funcionando", "success")
