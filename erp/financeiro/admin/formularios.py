"""The form that settles titles: what they share above, each one's amounts below."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from erp.acesso import escopo
from erp.cadastros.admin.campos import CampoInstante, CampoNumero
from erp.cadastros.models import Conta
from erp.financeiro.baixas import MAXIMO, PedidoBaixa
from erp.financeiro.rules import ZERO


def contas_de(usuario: User) -> QuerySet[Conta]:
    """The accounts in use that this person may move."""
    return escopo.restringir(Conta.objects.filter(ativa=True), usuario, "filial_id")


class BaixaForm(forms.Form):
    conta = forms.ModelChoiceField(
        Conta.objects.none(),
        label="Conta",
        widget=UnfoldAdminSelectWidget,
        help_text="Onde o dinheiro entra ou de onde sai.",
    )
    ocorrido_em = CampoInstante(label="Quando", help_text="Num dia já fechado, vale o primeiro dia aberto.")
    motivo = forms.CharField(
        label="Motivo",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Ex.: depósito da adquirente de 12/03.",
    )
    chave = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, contas: QuerySet[Conta], **kwargs: Any) -> None:
        agora = timezone.now().replace(second=0, microsecond=0)
        kwargs["initial"] = {"ocorrido_em": agora, "chave": uuid.uuid4()}
        super().__init__(*args, **kwargs)
        campo = self.fields["conta"]
        assert isinstance(campo, forms.ModelChoiceField)
        campo.queryset = contas

    def ato(self) -> dict[str, Any]:
        """What `baixar_titulos` takes besides the titles."""
        dados = self.cleaned_data
        return {"conta_id": dados["conta"].pk, "ocorrido_em": dados["ocorrido_em"], "motivo": dados["motivo"]}


class ValoresForm(forms.Form):
    valor = CampoNumero(2, MAXIMO, label="Valor")
    juros = CampoNumero(2, MAXIMO, label="Juros", required=False)
    desconto = CampoNumero(2, MAXIMO, label="Desconto", required=False)


@dataclass(frozen=True)
class LinhaBaixa:
    """A title, and the form of its amounts."""

    titulo: Any
    form: ValoresForm
    chave: uuid.UUID

    def pedido(self) -> PedidoBaixa:
        dados: Mapping[str, Decimal | None] = self.form.cleaned_data
        return PedidoBaixa(
            self.titulo.pk, dados["valor"] or ZERO, dados["juros"] or ZERO, dados["desconto"] or ZERO, self.chave
        )


def pedidos_de(dados: Any, form: BaixaForm, titulos: Sequence[Any]) -> list[LinhaBaixa]:
    """One line per title. A sent form has lines only for the titles that it showed."""
    texto = str(form["chave"].value())
    try:
        chave = uuid.UUID(texto)
    except ValueError:
        chave = uuid.uuid4()  # the form itself is refused
    linhas = []
    for titulo in titulos:
        prefixo = f"t{titulo.pk}"
        if dados is not None and f"{prefixo}-valor" not in dados:
            continue
        iniciais = {"valor": f"{titulo.aberto:.2f}".replace(".", ",")}
        linhas.append(
            LinhaBaixa(titulo, ValoresForm(dados, prefix=prefixo, initial=iniciais), uuid.uuid5(chave, str(titulo.pk)))
        )
    return linhas
