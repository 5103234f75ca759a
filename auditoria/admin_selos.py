"""The proofs as staff read them: seals, digests, keys and how each verification ended. Windows, without a button."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from auditoria import chaves
from auditoria.arquivo import ArquivoForaDoAr
from auditoria.arquivo.estado import estado, permanencia
from auditoria.arquivo.servico import SemArquivo
from auditoria.exportacao import em_zip
from auditoria.filtros import FiltroExato, FiltroPeriodo
from auditoria.janela import AdminSemContagem, SomenteLeitura
from auditoria.models import Arquivo, ChaveAssinatura, Resumo, Retirada, Selo, Verificacao
from auditoria.quadro import quadro
from auditoria.services import ator_usuario

EXPORTAR = "auditoria.exportar_trilha"
CURTO = 16  # letters of a hash that tell one from another on a list; the whole is on its page


class FiltroEvento(FiltroExato):
    title, parameter_name, campo = "identificador do evento", "evento", "evento"


@admin.register(Selo)
class SeloAdmin(SomenteLeitura, AdminSemContagem):
    list_display = ("sequencia", "quando", "evento", "em_hexadecimal")
    list_filter = (FiltroEvento, ("selado_em", FiltroPeriodo))
    ordering = ("-sequencia",)
    sortable_by = ()
    fields = readonly_fields = ("sequencia", "evento", "quando", "em_hexadecimal", "versao")

    @admin.display(description="selado em")
    def quando(self, selo: Selo) -> str:
        return timezone.localtime(selo.selado_em).strftime("%d/%m/%Y %H:%M:%S.%f")

    @admin.display(description="hash")
    def em_hexadecimal(self, selo: Selo) -> str:
        return bytes(selo.hash).hex()


@admin.register(Resumo)
class ResumoAdmin(SomenteLeitura, AdminSemContagem):
    list_display = ("dia", "quantidade", "primeira", "ultima", "integro", "hash_curto")
    list_filter = (("dia", FiltroPeriodo),)
    ordering = ("-dia",)
    sortable_by = ()
    fields = readonly_fields = (
        "dia", "quantidade", "primeira", "ultima", "integro", "hash", "assinatura", "chave", "conteudo", "feito_em",
    )  # fmt: skip
    list_before_template = "auditoria/topo_dos_resumos.html"
    change_form_outer_before_template = "auditoria/baixar_o_dia.html"

    @admin.display(description="hash")
    def hash_curto(self, resumo: Resumo) -> str:
        return f"{resumo.hash[:CURTO]}…"

    def get_urls(self) -> list[URLPattern]:
        baixar = self.admin_site.admin_view(self.baixar)
        return [path("<path:object_id>/baixar/", baixar, name="auditoria_resumo_baixar"), *super().get_urls()]

    def baixar(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The day's events, its signed digest and the key, in one zip, for who checks it elsewhere."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        usuario = request.user
        if not (self.has_view_permission(request) and isinstance(usuario, User) and usuario.has_perm(EXPORTAR)):
            raise PermissionDenied
        resumo = self.get_object(request, object_id)
        if resumo is None:
            raise Http404
        try:
            pedacos = em_zip(resumo.dia, ator=ator_usuario(usuario))
        except (ArquivoForaDoAr, SemArquivo) as erro:
            messages.error(request, f"Nada foi baixado: os eventos deste dia estão só no arquivo, e {erro}")
            return HttpResponseRedirect(reverse("admin:auditoria_resumo_change", args=[resumo.pk]))
        resposta = StreamingHttpResponse(pedacos, content_type="application/zip")
        resposta["Content-Disposition"] = f'attachment; filename="auditoria-{resumo.dia}.zip"'
        return resposta


@admin.register(ChaveAssinatura)
class ChaveAssinaturaAdmin(SomenteLeitura, AdminSemContagem):
    list_display = ("impressao", "situacao", "desde")
    ordering = ("-desde",)
    sortable_by = ()
    # not what the row says of other keys: which of them are ours is said outside the database
    fields = readonly_fields = ("impressao", "situacao", "desde", "pem")
    list_before_template = "auditoria/topo_das_chaves.html"

    @admin.display(description="situação")
    def situacao(self, linha: ChaveAssinatura) -> str:
        return chaves.situacao(linha)

    @admin.display(description="chave pública (PEM)")
    def pem(self, linha: ChaveAssinatura) -> str:
        """With its lines: copied in one, no program reads it."""
        return format_html('<pre style="white-space:pre-wrap;overflow-wrap:anywhere">{}</pre>', linha.publica)


@admin.register(Verificacao)
class VerificacaoAdmin(SomenteLeitura, AdminSemContagem):
    list_display = ("terminada_em", "integra", "completa", "eventos", "resumos", "de_fora", "primeiro")
    ordering = ("-id",)
    sortable_by = ()
    fields = readonly_fields = (
        "terminada_em", "integra", "todos", "completa", "nao_lidos", "arquivo", "eventos", "desde", "ate", "resumos", "de_fora",
        "iniciada_em",
    )  # fmt: skip

    list_before_template = "auditoria/topo_das_verificacoes.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        assert isinstance(request.user, User | AnonymousUser)
        return super().changelist_view(request, {**(extra_context or {}), "estado": quadro(request.user)})

    @admin.display(description="primeiro problema")
    def primeiro(self, verificacao: Verificacao) -> str:
        return verificacao.primeiro_problema or "–"

    @admin.display(description="problemas")
    def todos(self, verificacao: Verificacao) -> str:
        if not verificacao.problemas:
            return "nenhum"
        linhas = ((problema["texto"],) for problema in verificacao.problemas)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", linhas))


@admin.register(Arquivo)
class ArquivoAdmin(SomenteLeitura, AdminSemContagem):
    """How far the archive in MongoDB is, how many events wait for it and since when. It asks PostgreSQL alone."""

    list_display = ("ate", "ate_em", "falhas", "falhando_desde", "proxima_em", "erro")
    ordering = ("id",)
    sortable_by = ()
    fields = readonly_fields = ("ate", "ate_em", "falhas", "falhando_desde", "proxima_em", "erro", "divergencias")

    @admin.display(description="divergências")
    def divergencias(self, arquivo: Arquivo) -> str:
        return "\n".join(str(p["texto"]) for p in arquivo.problemas) or "nenhuma"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        agora = estado()
        nivel = messages.WARNING if agora.erro or agora.problemas else messages.INFO
        messages.add_message(request, nivel, f"{agora.texto} {permanencia()}")
        return super().changelist_view(request, extra_context)


@admin.register(Retirada)
class RetiradaAdmin(SomenteLeitura, AdminSemContagem):
    """The months that have left PostgreSQL, and are only in the archive."""

    list_display = ("particao", "quantidade", "primeira", "ultima", "mais_novo", "quando")
    ordering = ("-id",)
    sortable_by = ()
    fields = readonly_fields = (
        "particao", "quantidade", "primeira", "ultima", "mais_novo", "quando", "de", "ate", "soma", "evento",
    )  # fmt: skip

    @admin.display(description="evento mais novo")
    def mais_novo(self, retirada: Retirada) -> str:
        return f"{timezone.localtime(retirada.em_ate):%d/%m/%Y %H:%M:%S}" if retirada.em_ate else "–"

    @admin.display(description="retirada em")
    def quando(self, retirada: Retirada) -> str:
        return f"{timezone.localtime(retirada.retirada_em):%d/%m/%Y %H:%M:%S}"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        messages.add_message(request, messages.INFO, permanencia())
        return super().changelist_view(request, extra_context)
