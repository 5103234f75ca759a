"""The form of a stock document: a head, and as many lines as there are products."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from erp.cadastros.admin.campos import CampoInstante, CampoNumero
from erp.cadastros.admin.filtros import produtos_do_codigo
from erp.cadastros.models import Filial
from erp.estoque.documento import CUSTO_MAXIMO, NATUREZAS_MANUAIS, QUANTIDADE_MAXIMA, LinhaDocumento
from erp.estoque.erros import ErroLinha

LINHAS_NO_FORMULARIO = 300
AJUDA_NATUREZA = (
    "Entrada: o que chegou. Ajuste de inventário: o que você contou; o sistema lança a diferença. "
    "Saldo inicial: só para produto que nunca teve movimento na filial."
)


class CabecalhoDocumento(forms.Form):
    """`filiais`: those that the person may write for."""

    natureza = forms.TypedChoiceField(
        label="O que é",
        choices=[(natureza.value, natureza.label) for natureza in NATUREZAS_MANUAIS],
        coerce=int,
        widget=UnfoldAdminSelectWidget,
        help_text=AJUDA_NATUREZA,
    )
    filial = forms.ModelChoiceField(Filial.objects.none(), label="Filial", widget=UnfoldAdminSelectWidget)
    ocorrido_em = CampoInstante(label="Quando aconteceu", help_text="Num dia já fechado, vale o primeiro dia aberto.")
    referencia = forms.CharField(
        label="Referência",
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Nº da nota, do pedido…",
    )
    motivo = forms.CharField(label="Motivo", max_length=200, widget=UnfoldAdminTextInputWidget)
    chave = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, filiais: QuerySet[Filial], **kwargs: Any) -> None:
        iniciais = {"ocorrido_em": timezone.now().replace(second=0, microsecond=0), "chave": uuid.uuid4()}
        if filiais.count() == 1:
            iniciais["filial"] = filiais[0].pk
        kwargs["initial"] = {**iniciais, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        campo = self.fields["filial"]
        assert isinstance(campo, forms.ModelChoiceField)
        campo.queryset = filiais


class LinhaForm(forms.Form):
    produto = forms.CharField(
        label="Código ou código de barras",
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "data-produto": "1"}),
    )
    quantidade = CampoNumero(4, QUANTIDADE_MAXIMA, label="Quantidade", required=False)
    custo = CampoNumero(6, CUSTO_MAXIMO, label="Custo unitário", required=False)

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        texto = str(dados.get("produto") or "").strip()
        if not texto:
            if dados.get("quantidade") is not None or dados.get("custo") is not None:
                self.add_error("produto", "Diga o produto.")
            return dados
        achados = produtos_do_codigo(texto)
        if not achados:
            self.add_error("produto", f"Não há produto com o código «{texto}».")
        elif len(achados) > 1:
            codigos = ", ".join(str(produto.codigo) for produto in achados)
            self.add_error("produto", f"Vários produtos têm este código de barras; use o código: {codigos}.")
        else:
            self.produto_achado = achados[0]
        if "quantidade" in dados and dados["quantidade"] is None:
            self.add_error("quantidade", "Diga a quantidade.")
        return dados

    @property
    def descricao(self) -> str:
        produto = getattr(self, "produto_achado", None)
        return f"{produto.descricao} ({produto.unidade})" if produto else ""


class LinhaPreenchida(NamedTuple):
    form: LinhaForm
    linha: LinhaDocumento


LinhasFormSet = forms.formset_factory(
    LinhaForm, extra=5, max_num=LINHAS_NO_FORMULARIO, absolute_max=LINHAS_NO_FORMULARIO, validate_max=True
)


def preenchidas(formset: Any) -> list[LinhaPreenchida]:
    """The lines with a product, in order; the blank ones are not lines."""
    return [
        LinhaPreenchida(
            form,
            LinhaDocumento(form.produto_achado.pk, form.cleaned_data["quantidade"], form.cleaned_data["custo"]),
        )
        for form in formset.forms
        if getattr(form, "produto_achado", None) is not None
    ]


def mostrar_erros(cabecalho: forms.Form, linhas: Sequence[LinhaPreenchida], erros: Sequence[ErroLinha]) -> None:
    """Put what the service refused beside what was typed."""
    for erro in erros:
        mensagem = f"{erro.mensagem[0].upper()}{erro.mensagem[1:]}."
        if erro.linha:
            linhas[erro.linha - 1].form.add_error("produto", mensagem)
        else:
            cabecalho.add_error(None, mensagem)
