"""API keys: made here and shown once, revoked here with a reason, never changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from auditoria.services import ator_usuario
from erp.acesso import escopo, escopos, formularios
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.models import ChaveApi
from erp.acesso.services import criar_chave, revogar_chave

ACAO_CRIAR = "acesso.ChaveApi.criar"


def _opcoes_de_ponto_venda() -> list[tuple[Any, str]]:
    return [("", "Nenhum"), *escopo.pontos_venda()]


class FormularioDeChave(forms.Form):
    nome = forms.CharField(
        label="Nome", max_length=100, help_text="Quem vai usar esta chave.", widget=UnfoldAdminTextInputWidget
    )
    escopos = forms.MultipleChoiceField(
        label="Escopos", choices=lambda: list(escopos.escopos().items()), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    ponto_venda_id = forms.TypedChoiceField(
        label="Ponto de venda",
        choices=_opcoes_de_ponto_venda,
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Obrigatório para o escopo pdv: a chave só grava para ele.",
        widget=UnfoldAdminSelectWidget,
    )
    expira_em = forms.SplitDateTimeField(
        label="Expira em",
        required=False,
        help_text="Em branco: não expira.",
        widget=UnfoldAdminSplitDateTimeWidget,
    )
    homologacao = forms.BooleanField(
        label="Homologação",
        required=False,
        help_text="Valida e responde igual, mas não grava.",
        widget=UnfoldBooleanSwitchWidget,
    )


@admin.register(ChaveApi)
class ChaveApiAdmin(SomenteLeitura, AdminBase):
    list_display = ("nome", "prefixo", "escopos_em_texto", "ponto_venda", "situacao", "criada_em", "ultimo_uso_em")
    list_filter = ("ativa", "homologacao")
    search_fields = ("nome", "prefixo__exact")
    fields = (
        "nome", "prefixo", "escopos_em_texto", "ponto_venda", "situacao", "homologacao", "criada_em", "criada_por",
        "expira_em", "revogada_em", "ultimo_uso_em",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("revogar",)
    actions_detail = ("revogar",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _usuario(request).has_perm("acesso.add_chaveapi")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form, or the page that shows the new key: the answer to the POST itself, so no page shows it again."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        formulario = FormularioDeChave(request.POST or None)
        if request.method != "POST" or not formulario.is_valid():
            return self._pagina_do_formulario(request, formulario)
        try:
            chave, texto = _criar(request, formulario)
        except ErroDefinitivo as erro:
            formulario.add_error(None, str(erro))
            return self._pagina_do_formulario(request, formulario)
        resposta = self._pagina(request, "chave_criada.html", "Chave criada", {"chave": chave, "texto": texto})
        resposta["Cache-Control"] = "no-store"
        return resposta

    @acao_com_motivo(
        titulo="Revogar",
        explicacao="A chave deixa de abrir o sistema em poucos segundos e para sempre. Quem a usa precisará de outra.",
        permissao="acesso.revogar_chave",
        botao="Revogar",
        perigosa=True,
        icone="key_off",
    )
    def revogar(self, queryset: QuerySet[ChaveApi], motivo: str, usuario: User) -> str:
        chaves = list(queryset.order_by("pk"))
        for chave in chaves:
            revogar_chave(chave=chave, motivo=motivo, ator=ator_usuario(usuario))
        return f"Revogada: {chaves[0].nome}." if len(chaves) == 1 else f"{len(chaves)} chaves revogadas."

    @admin.display(description="escopos")
    def escopos_em_texto(self, chave: ChaveApi) -> str:
        return ", ".join(chave.escopos)

    @admin.display(description="ponto de venda")
    def ponto_venda(self, chave: ChaveApi) -> str:
        if chave.ponto_venda_id is None:
            return "–"
        return dict(escopo.pontos_venda()).get(chave.ponto_venda_id, str(chave.ponto_venda_id))

    @display(description="situação", label={"ativa": "success", "vencida": "warning", "revogada": "danger"})  # type: ignore[untyped-decorator]  # unfold is untyped
    def situacao(self, chave: ChaveApi) -> str:
        return chave.situacao

    def _pagina_do_formulario(self, request: HttpRequest, formulario: FormularioDeChave) -> TemplateResponse:
        token = formularios.emitir(_usuario(request), ACAO_CRIAR)
        return self._pagina(request, "chave_criar.html", "Criar chave", {"formulario": formulario, "token": token})

    def _pagina(self, request: HttpRequest, modelo: str, titulo: str, contexto: dict[str, Any]) -> TemplateResponse:
        comum = self.admin_site.each_context(request) | {"title": titulo, "opts": self.opts, "media": self.media}
        lista = reverse(f"{self.admin_site.name}:acesso_chaveapi_changelist")
        return TemplateResponse(request, f"admin/acesso/{modelo}", comum | {"lista": lista} | contexto)


@transaction.atomic
def _criar(request: HttpRequest, formulario: FormularioDeChave) -> tuple[ChaveApi, str]:
    usuario = _usuario(request)
    token, _ = formularios.ler(request.POST.get("token", ""), usuario, ACAO_CRIAR)
    formularios.usar(token, usuario, ACAO_CRIAR)
    return criar_chave(**formulario.cleaned_data, ator=ator_usuario(usuario))


def _usuario(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
