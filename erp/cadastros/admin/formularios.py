"""Form fields that take what people type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from erp.cadastros.documentos import formatar, limpar, validar_cnpj
from erp.cadastros.referencia import ufs

if TYPE_CHECKING:
    FormularioModelo = forms.ModelForm[Any]
else:
    FormularioModelo = forms.ModelForm


class CampoCnpj(forms.CharField):
    """A CNPJ with or without punctuation, letters allowed; kept as 14 capitals and digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "label": "CNPJ",
            "required": False,
            "max_length": 20,
            "widget": UnfoldAdminTextInputWidget(),
            **kwargs,
        }
        super().__init__(help_text="Com ou sem pontos. Aceita o CNPJ com letras.", **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return formatar(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        documento = limpar(super().clean(value))
        validar_cnpj(documento)
        return documento


class FormularioFilial(FormularioModelo):
    cnpj = CampoCnpj()

    def clean_uf(self) -> str:
        uf = str(self.cleaned_data["uf"]).strip().upper()
        if uf and uf not in ufs():
            raise forms.ValidationError(f"A UF {uf} não existe. Escreva a sigla, como MG.")
        return uf


class FormularioAdquirente(FormularioModelo):
    cnpj = CampoCnpj()
