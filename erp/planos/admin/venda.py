"""The page that sells a plan: filled in, looked at as it would be, and only then sold."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from auditoria.services import ator_usuario
from clientes.models import Cliente
from erp.acesso import escopo
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.campos import CampoNumero
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import limpar
from erp.cadastros.models import Filial
from erp.planos.admin.formularios import CampoDia, CamposDeDependente, dependente_de
from erp.planos.models import Contratacao, Dependente, Plano
from erp.planos.selectors.ficha import parcelas
from erp.planos.services import vender
from erp.planos.services.venda import Venda

VALOR_MAXIMO = Decimal("99999999.99")
DEPENDENTES = 12


class FormularioDeVenda(forms.Form):
    plano = forms.ModelChoiceField(
        Plano.objects.filter(ativo=True), label="Plano", widget=UnfoldAdminSelectWidget, empty_label="Escolha o plano"
    )
    titular = forms.CharField(
        label="Titular", max_length=19, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="O código ou o CPF de um cliente já cadastrado.",
    )  # fmt: skip
    filial = forms.ModelChoiceField(
        Filial.objects.none(), label="Filial", widget=UnfoldAdminSelectWidget, empty_label="Escolha a filial"
    )
    inicio = CampoDia(label="Início", help_text="A carência conta daqui.")
    dia_vencimento = forms.IntegerField(
        label="Dia do vencimento", min_value=1, max_value=31,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="Num mês mais curto, vence no último dia dele.",
    )  # fmt: skip
    primeiro_vencimento = CampoDia(
        label="Primeiro vencimento", required=False, help_text="Vazio: o primeiro dia de vencimento depois do início."
    )
    valor_mensal = CampoNumero(2, VALOR_MAXIMO, label="Valor mensal", required=False, help_text="Vazio: o do plano.")
    motivo = forms.CharField(label="Observação", max_length=500, required=False, widget=UnfoldAdminTextInputWidget)
    chave = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, filiais: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"inicio": timezone.localdate(), "chave": uuid.uuid4(), "dia_vencimento": 10}
        if len(lista := list(filiais[:2])) == 1:
            kwargs["initial"]["filial"] = lista[0].pk
        super().__init__(*args, **kwargs)
        campo = self.fields["filial"]
        assert isinstance(campo, forms.ModelChoiceField)
        campo.queryset = filiais

    def clean_titular(self) -> str:
        texto = self.cleaned_data["titular"].strip()
        limpo = limpar(texto)
        achados = Cliente.objects.filter(pk=texto) | Cliente.objects.filter(documento=limpo)
        if not texto or not (codigos := list(achados.values_list("pk", flat=True)[:3])):
            raise forms.ValidationError("Não há cliente com este código ou CPF. Cadastre-o em Clientes e volte aqui.")
        if len(codigos) > 1:
            raise forms.ValidationError("Mais de um cliente tem este documento: use o código.")
        return codigos[0]


class LinhaDeDependente(CamposDeDependente):
    """A line left blank is not a dependant."""

    use_required_attribute = False

    def has_changed(self) -> bool:
        return any(str(self[nome].data or "").strip() for nome in ("nome", "nascimento", "cpf"))


Dependentes = forms.formset_factory(
    LinhaDeDependente, extra=4, max_num=DEPENDENTES, absolute_max=DEPENDENTES, validate_max=True
)


def pagina_de_venda(modeladmin: Any, request: HttpRequest) -> HttpResponse:
    """The form; *conferir* sells inside a transaction that is rolled back, so that what is shown is what will be."""
    usuario = usuario_de(request)
    if not modeladmin.has_add_permission(request):
        raise PermissionDenied
    filiais = escopo.restringir(Filial.objects.filter(ativa=True), usuario, "pk")
    dados = request.POST if request.method == "POST" else None
    form, linhas = FormularioDeVenda(dados, filiais=filiais), Dependentes(dados, prefix="dependentes")
    erro, previa = "", None
    if dados is not None and form.is_valid() & linhas.is_valid():
        try:
            if "vender" in dados:
                return _vendido(modeladmin, request, _vender(form, linhas, usuario))
            previa = _previa(form, linhas, usuario)
        except ErroDefinitivo as recusa:
            erro = str(recusa)
    contexto = {
        **modeladmin.admin_site.each_context(request),
        "opts": modeladmin.opts,
        "title": "Vender plano",
        "form": form,
        "linhas": linhas,
        "erro": erro,
        "previa": previa,
        "sem_plano": not Plano.objects.filter(ativo=True).exists(),
        "media": modeladmin.media,
    }
    return TemplateResponse(request, "planos/vender.html", contexto, status=409 if erro else 200)


def _vender(form: FormularioDeVenda, linhas: Any, usuario: Any) -> Contratacao:
    dados = form.cleaned_data
    venda = Venda(
        plano_id=dados["plano"].pk,
        codigo_cliente=dados["titular"],
        filial_id=dados["filial"].pk,
        inicio=dados["inicio"],
        dia_vencimento=dados["dia_vencimento"],
        primeiro_vencimento=dados["primeiro_vencimento"],
        valor_mensal=dados["valor_mensal"],
        dependentes=[dependente_de(linha.cleaned_data) for linha in linhas if linha.has_changed()],
    )
    return vender(venda, ator=ator_usuario(usuario), motivo=dados["motivo"].strip() or "venda", chave=dados["chave"])


def _previa(form: FormularioDeVenda, linhas: Any, usuario: Any) -> dict[str, Any]:
    with transaction.atomic():
        contrato = _vender(form, linhas, usuario)
        previa = {
            "titular": contrato.titular.cliente_varejo,
            "plano": contrato.plano.nome,
            "carencia_ate": contrato.carencia_ate,
            "valor": contrato.valor_mensal,
            "vencimentos": [t.vencimento for t in parcelas(contrato)],
            "dependentes": list(Dependente.objects.filter(contratacao=contrato).select_related("cliente")),
        }
        transaction.set_rollback(True)
    return previa


def _vendido(modeladmin: Any, request: HttpRequest, contrato: Contratacao) -> HttpResponse:
    messages.success(
        request, f"Vendido: contrato {contrato.numero}, com {contrato.parcelas_emitidas} parcelas emitidas."
    )
    nome = f"{modeladmin.admin_site.name}:planos_contratacao_change"
    return HttpResponseRedirect(reverse(nome, args=[contrato.pk]))
