"""How far an act on many messages is; the page asks again by itself until it ends."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from filas.admin import formatos
from filas.admin.colunas import coluna
from filas.admin.em_massa import PERMISSOES, endereco
from filas.fila.massa import parar
from filas.models import AcaoEmMassa

Acao = AcaoEmMassa.Acao
CORES = {"Em andamento": "info", "Terminada": "success", "Parada": "warning"}


@admin.register(AcaoEmMassa)
class AcaoEmMassaAdmin(SomenteLeitura, AdminBase):
    list_display = ("numero", "o_que", "descricao", "total_", "situacao_", "pedida_por", "pedida")
    list_display_links = ("numero",)
    list_select_related = ("pedida_por",)
    ordering = ("-pk",)
    sortable_by = ()

    class Media:
        css = {"all": ["pdv/retaguarda.css"]}

    def get_urls(self) -> list[Any]:
        parar_ = self.admin_site.admin_view(self.parar)
        return [path("<int:pk>/parar/", parar_, name="filas_acaoemmassa_parar"), *super().get_urls()]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False

    def parar(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST: what is not done yet stays as it is. Twice is once."""
        massa = AcaoEmMassa.objects.filter(pk=pk).first()
        usuario = request.user
        if not self.has_view_permission(request) or not isinstance(usuario, User):
            raise PermissionDenied
        if massa is None:
            raise Http404("Esta ação em massa não existe.")
        if not usuario.has_perm(PERMISSOES[Acao(massa.acao)]):
            raise PermissionDenied
        if request.method == "POST":
            parou = parar(pk, usuario=usuario)
            messages.info(request, "Parada. O que já foi feito fica feito." if parou else "Já tinha terminado.")
        return HttpResponseRedirect(endereco(pk))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        massa = self.get_object(request, object_id or "")
        if not self.has_view_permission(request):
            raise PermissionDenied
        if massa is None:
            raise Http404("Esta ação em massa não existe.")
        titulo = f"{massa.get_acao_display()}: {massa.descricao}"
        contexto = {
            **self.admin_site.each_context(request),
            "title": titulo,
            "titulo": titulo,
            "opts": self.opts,
            "lista": "admin:filas_acaoemmassa_changelist",
            "m": massa,
            "viva": massa.terminada_em is None,
            "pode_parar": massa.terminada_em is None and request.user.has_perm(PERMISSOES[Acao(massa.acao)]),
            "parar": reverse("admin:filas_acaoemmassa_parar", args=[massa.pk]),
            "frase": frase(massa),
            "partes": partes(massa),
            "pedida": formatos.data_hora(massa.pedida_em),
            "fila": reverse("admin:filas_mensagem_changelist"),
        }
        return TemplateResponse(request, "admin/filas/massa.html", contexto)

    @coluna("nº")
    def numero(self, m: AcaoEmMassa) -> str:
        return str(m.pk)

    @coluna("o que foi pedido")
    def o_que(self, m: AcaoEmMassa) -> str:
        return m.get_acao_display()

    @coluna("mensagens")
    def total_(self, m: AcaoEmMassa) -> str:
        return formatos.numero(m.total)

    @coluna("andamento", cores=CORES)
    def situacao_(self, m: AcaoEmMassa) -> str:
        return andamento(m)

    @coluna("pedida em")
    def pedida(self, m: AcaoEmMassa) -> str:
        return formatos.curta(m.pedida_em)


def andamento(m: AcaoEmMassa) -> str:
    if m.terminada_em is None:
        return "Em andamento"
    return "Parada" if m.parada_por else "Terminada"


def prontas(m: AcaoEmMassa) -> int:
    return m.feitas + m.substituidas + m.puladas


def frase(m: AcaoEmMassa) -> str:
    """How it stands, in one sentence."""
    feitas = "voltou à fila" if m.feitas == 1 else "voltaram à fila"
    if m.acao == Acao.CANCELAR:
        feitas = "foi cancelada" if m.feitas == 1 else "foram canceladas"
    if m.terminada_em is None:
        return f"Em andamento: {formatos.numero(prontas(m))} de {formatos.quantas(m.total)}."
    if m.parada_por:
        return f"Parada por {m.parada_por}: {formatos.numero(prontas(m))} de {formatos.quantas(m.total)}."
    duracao = formatos.duracao(m.terminada_em - m.pedida_em) if m.terminada_em <= timezone.now() else ""
    return f"Pronto. {formatos.quantas(m.feitas)} {feitas}, em {duracao}." if duracao else "Pronto."


def partes(m: AcaoEmMassa) -> list[dict[str, Any]]:
    """The bar, part by part, none of them invisible."""
    contagens = [
        ("De volta à fila" if m.acao == Acao.REPROCESSAR else "Canceladas", m.feitas, "success"),
        ("Saíram por haver outra mais nova", m.substituidas, "info"),
        ("Já não estavam assim", m.puladas, "warning"),
        ("Faltam" if m.terminada_em is None else "Não feitas", max(0, m.total - prontas(m)), ""),
    ]
    total = max(m.total, prontas(m), 1)
    return [
        {"nome": nome, "quantas": formatos.numero(n), "n": n, "cor": cor, "largura": f"{100 * n / total:.2f}"}
        for nome, n, cor in contagens
    ]
