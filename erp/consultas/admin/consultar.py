"""The page that asks about a CPF. It comes and goes by POST: no address and no log line has it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)
from validate_docbr import CPF

from erp.acesso import formularios
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import limpar
from erp.consultas.models import ConsultaCpf
from erp.consultas.portas import configuradas
from erp.consultas.services import Pergunta, consultar

PERMISSAO: Final = "consultas.consultar_cpf"
ACAO: Final = "consultas.consultar"
LISTA: Final = "admin:consultas_consultacpf_changelist"
Situacao = ConsultaCpf.Situacao


class FormularioDeConsulta(forms.Form):
    """What must be said before a CPF is asked about."""

    cpf = forms.CharField(
        label="CPF", max_length=20, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )  # fmt: skip
    nascimento = forms.DateField(
        label="Data de nascimento", input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}), help_text="A Receita só responde com ela.",
    )  # fmt: skip
    finalidade = forms.ChoiceField(
        label="Para quê", choices=[("", "Escolha a finalidade"), *ConsultaCpf.Finalidade.choices],
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    base_legal = forms.ChoiceField(
        label="Base legal (LGPD)", choices=[("", "Escolha a base legal"), *ConsultaCpf.BaseLegal.choices],
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    detalhe = forms.CharField(
        label="Detalhe", required=False, max_length=200, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="O número do contrato ou do processo, por exemplo. Não escreva o CPF aqui.",
    )  # fmt: skip
    de_novo = forms.BooleanField(
        label="Perguntar de novo ao provedor", required=False, widget=UnfoldBooleanWidget,
        help_text="Mesmo que haja uma resposta guardada. Gasta um crédito.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nascimento"].widget.input_type = "date"

    def clean_cpf(self) -> str:
        cpf = limpar(str(self.cleaned_data["cpf"]))
        if not CPF().validate(cpf) or len(set(cpf)) == 1:
            raise forms.ValidationError("CPF inválido: confira os 11 números e os dígitos finais.")
        return cpf

    def clean_nascimento(self) -> date:
        dia: date = self.cleaned_data["nascimento"]
        if not date(1900, 1, 1) <= dia <= timezone.localdate():
            raise forms.ValidationError("Confira a data: é de antes de 1900 ou de depois de hoje.")
        return dia

    def clean(self) -> dict[str, Any]:
        limpos = dict(super().clean() or {})
        if limpos.get("finalidade") == ConsultaCpf.Finalidade.OUTRA and not limpos.get("detalhe"):
            self.add_error("detalhe", "Diga qual é a finalidade.")
        return limpos

    def pergunta(self) -> Pergunta:
        dados = self.cleaned_data
        return Pergunta(
            cpf=dados["cpf"], nascimento=dados["nascimento"], finalidade=ConsultaCpf.Finalidade(dados["finalidade"]),
            base_legal=ConsultaCpf.BaseLegal(dados["base_legal"]), detalhe=dados["detalhe"], de_novo=dados["de_novo"],
        )  # fmt: skip


@sensitive_post_parameters("cpf", "nascimento")
def pagina_de_consultar(request: HttpRequest, modeladmin: Any) -> HttpResponse:
    """GET shows the form; POST asks, once for each page shown, and leads to the page of the answer."""
    usuario = usuario_de(request)
    if not usuario.has_perm(PERMISSAO):
        raise PermissionDenied
    dados = request.POST if request.method == "POST" else None
    form = FormularioDeConsulta(dados)
    erro = ""
    if dados is not None and form.is_valid():
        try:
            feita = _consultar(dados.get("token", ""), form.pergunta(), usuario)
        except ErroDefinitivo as recusa:
            erro = str(recusa)
        else:
            return _levar(request, feita)
    contexto = {
        **modeladmin.admin_site.each_context(request), "opts": modeladmin.opts, "media": modeladmin.media,
        "title": "Consultar CPF", "form": form, "erro": erro, "sem_provedor": not configuradas(),
        "token": formularios.emitir(usuario, ACAO), "voltar": reverse(LISTA),
    }  # fmt: skip
    return TemplateResponse(request, "consultas/consultar.html", contexto, status=409 if erro else 200)


def _consultar(token: str, pergunta: Pergunta, usuario: User) -> ConsultaCpf:
    identificador, _ = formularios.ler(token, usuario, ACAO)
    return consultar(pergunta, usuario=usuario, junto=lambda: formularios.usar(identificador, usuario, ACAO))


def _levar(request: HttpRequest, feita: ConsultaCpf) -> HttpResponse:
    if feita.situacao == Situacao.RESPONDIDA:
        guardada = " A resposta estava guardada: não gastou crédito." if feita.do_guardado else ""
        messages.success(request, f"CPF {feita.cpf_mascarado} consultado.{guardada}")
    else:
        messages.error(request, f"CPF {feita.cpf_mascarado} não foi consultado. {feita.erro}")
    if usuario_de(request).has_perm("consultas.view_consultacpf"):
        return HttpResponseRedirect(reverse("admin:consultas_consultacpf_change", args=[feita.pk]))
    return HttpResponseRedirect(reverse("admin:index"))
