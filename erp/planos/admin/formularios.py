"""What the acts on a contract ask for besides the reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from erp.acesso.acoes import FormularioDeMotivo
from erp.cadastros.admin.campos import CampoInstante
from erp.planos.models import AvisoContratacao, Parentesco
from erp.planos.rules import DependenteNovo


class CampoDia(forms.DateField):
    """A day by the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget()
        widget.input_type = "date"
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class FormularioDeAcordo(FormularioDeMotivo):
    acordo_ate = CampoDia(
        label="Acordo até",
        required=False,
        help_text="Até este dia a dívida combinada não suspende nem cancela o contrato.",
    )


class FormularioDeAviso(FormularioDeMotivo):
    finalidade = forms.ChoiceField(
        label="Que aviso", choices=AvisoContratacao.Finalidade.choices, widget=UnfoldAdminSelectWidget,
        initial=AvisoContratacao.Finalidade.CANCELAMENTO.value,
    )  # fmt: skip
    canal = forms.ChoiceField(
        label="Por onde", widget=UnfoldAdminSelectWidget,
        choices=[(c.value, c.label) for c in AvisoContratacao.Canal if c not in ("email", "whatsapp")],
    )  # fmt: skip
    entregue_em = CampoInstante(label="Entregue em", help_text="Quando o titular recebeu, e não quando foi mandado.")
    referencia = forms.CharField(
        label="Prova", max_length=100, widget=UnfoldAdminTextInputWidget, help_text="O código do AR, o protocolo…"
    )

    def clean_entregue_em(self) -> Any:
        entregue = self.cleaned_data["entregue_em"]
        if entregue > timezone.now():
            raise forms.ValidationError("A entrega não pode ser no futuro.")
        return entregue


class FormularioDeObito(FormularioDeMotivo):
    em = CampoDia(label="Data do óbito")
    certidao = forms.CharField(label="Certidão de óbito", max_length=40, widget=UnfoldAdminTextInputWidget)


class CamposDeDependente(forms.Form):
    """A person to be covered."""

    nome = forms.CharField(label="Nome", max_length=80, widget=UnfoldAdminTextInputWidget)
    nascimento = CampoDia(label="Nascimento")
    parentesco = forms.ChoiceField(
        label="Parentesco", choices=[("", "Escolha"), *Parentesco.choices], widget=UnfoldAdminSelectWidget
    )
    cpf = forms.CharField(
        label="CPF", max_length=14, required=False, widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="Com ele, quem já é cliente é reconhecido.",
    )  # fmt: skip

    def novo(self) -> DependenteNovo:
        return dependente_de(self.cleaned_data)


class FormularioDeDependente(CamposDeDependente, FormularioDeMotivo):
    field_order = ["nome", "nascimento", "parentesco", "cpf", "motivo"]


def dependente_de(campos: Any) -> DependenteNovo:
    return DependenteNovo(campos["nome"], campos["nascimento"], campos["parentesco"], campos["cpf"])
