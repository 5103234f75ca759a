"""Webhooks: each with its outcome, its body masked, and *reprocessar*.

A body may hold documents and phones: it is masked for everybody, and who may read it whole asks for it each time, which
is an event of the audit trail.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.provedores import services
from erp.provedores.corpos import inteiro, mascarado
from erp.provedores.models import WebhookRecebido
from erp.provedores.registro import procurar, todos
from filas.admin import formatos
from filas.admin.colunas import coluna

Situacao = WebhookRecebido.Situacao
LER = "provedores.ler_corpo"
CORES = {"Recebido": "warning", "Processado": "success", "Ignorado": "default", "Com erro": "danger"}


class ProvedorFiltro(admin.SimpleListFilter):
    """`provedores_webhook_provedor`, or with a situation `provedores_webhook_lista`."""

    title = "provedor"
    parameter_name = "provedor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(p.nome, p.titulo) for p in todos() if p.webhook is not None]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(provedor=self.value()) if self.value() else queryset


class SituacaoFiltro(admin.SimpleListFilter):
    """`provedores_webhook_situacao`."""

    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(s.value), str(s.label)) for s in (Situacao.ERRO, *(s for s in Situacao if s != Situacao.ERRO))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value() or ""
        return queryset.filter(situacao=int(valor)) if valor in {"0", "1", "2", "4"} else queryset


@admin.register(WebhookRecebido)
class WebhookAdmin(SomenteLeitura, AdminBase):
    lista_vazia = "O que os provedores avisarem aparece aqui. O endereço a cadastrar em cada um está no manual."
    list_display = ("recebido", "provedor_", "situacao_", "resultado_", "repeticoes", "tentativas")
    list_filter = (ProvedorFiltro, SituacaoFiltro)
    ordering = ("-pk",)
    sortable_by = ()
    actions = ("reprocessar",)
    actions_detail = ("reprocessar",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        return linhas.defer("corpo", "cabecalhos", "chave")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the declared filters: `?corpo__contains=x` would read the table, and what is masked."""
        return lookup in {"provedor", "situacao"}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one. A POST, from who may, shows the body whole, and is told to the audit trail."""
        if not self.has_view_permission(request) or object_id is None:
            raise PermissionDenied
        linha = None
        if object_id.isdecimal() and len(object_id) < 19:
            linha = WebhookRecebido.objects.filter(pk=int(object_id)).first()
        if linha is None:
            messages.warning(request, "Este webhook não existe; os já processados são apagados com o tempo.")
            return HttpResponseRedirect(reverse("admin:provedores_webhookrecebido_changelist"))
        usuario = request.user
        pode = isinstance(usuario, User) and usuario.has_perm(LER)
        mostrar = request.method == "POST"
        if mostrar:
            if not pode or not isinstance(usuario, User):
                raise PermissionDenied
            services.anotar_leitura(linha, usuario=usuario)
        contexto = {
            **self.admin_site.each_context(request), "title": f"Webhook nº {linha.pk}", "opts": self.opts,
            "webhook": linha, "provedor": _titulo(linha.provedor), "situacao": linha.get_situacao_display(),
            "cor": CORES[linha.get_situacao_display()], "fatos": _fatos(linha), "pode_ler": pode and not mostrar,
            "inteiro": mostrar, "corpo": inteiro(linha.bruto) if mostrar else mascarado(linha.bruto),
            "cabecalhos": sorted(linha.cabecalhos.items()),
            "reprocessar": reverse("admin:provedores_webhookrecebido_reprocessar", args=[linha.pk])
            if linha.situacao != Situacao.RECEBIDO and request.user.has_perm("provedores.reprocessar_webhook") else "",
        }  # fmt: skip
        resposta = TemplateResponse(request, "admin/provedores/webhook.html", contexto)
        resposta["Cache-Control"] = "no-store"
        return resposta

    @acao_com_motivo(
        titulo="Reprocessar",
        explicacao="O que foi avisado é processado de novo: o provedor é perguntado outra vez, e nada é feito em dobro. "
        "Os que já esperam não mudam.",
        permissao="provedores.reprocessar_webhook",
        botao="Reprocessar",
        icone="replay",
    )
    def reprocessar(self, queryset: QuerySet[WebhookRecebido], motivo: str, usuario: User) -> str:
        n = services.reprocessar_webhooks(queryset, usuario=usuario, motivo=motivo)
        return f"{formatos.quantas(n, 'webhook volta', 'webhooks voltam')} a ser processado{'' if n == 1 else 's'}."

    @coluna("recebido")
    def recebido(self, w: WebhookRecebido) -> str:
        return formatos.curta(w.recebido_em)

    @coluna("provedor")
    def provedor_(self, w: WebhookRecebido) -> str:
        """Without what its title says between brackets, which its page says."""
        return _titulo(w.provedor).partition(" (")[0]

    @coluna("situação", cores=CORES)
    def situacao_(self, w: WebhookRecebido) -> str:
        return w.get_situacao_display()

    @coluna("resultado", vazio="")
    def resultado_(self, w: WebhookRecebido) -> str:
        return w.resultado if len(w.resultado) <= 120 else f"{w.resultado[:119]}…"


def _titulo(nome: str) -> str:
    provedor = procurar(nome)
    return provedor.titulo if provedor else f"{nome} (não instalado)"


def _fatos(w: WebhookRecebido) -> list[tuple[str, str]]:
    return [
        ("Recebido", formatos.data_hora(w.recebido_em)),
        ("Pela última vez", formatos.data_hora(w.ultimo_em)),
        ("Repetições", formatos.numero(w.repeticoes)),
        ("Tentativas", formatos.numero(w.tentativas)),
        ("Processado", formatos.data_hora(w.processado_em)),
        ("Próxima tentativa", formatos.data_hora(w.proxima_em) if w.situacao == Situacao.RECEBIDO else formatos.VAZIO),
        ("Quem mandou", w.origem or formatos.VAZIO),
        ("Fim do endereço", w.caminho or formatos.VAZIO),
        ("Tamanho", f"{formatos.numero(len(w.bruto))} bytes"),
    ]
