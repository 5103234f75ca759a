"""What must be said before anything of a person is shown, and again before it is forgotten."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

PALAVRA: Final = "ANONIMIZAR"
_ERROS: Final = {
    "required": "Escreva o motivo.",
    "min_length": "Escreva o motivo com ao menos 5 letras.",
    "max_length": "Escreva o motivo em até 300 letras.",
}


def _motivo(ajuda: str) -> forms.CharField:
    return forms.CharField(
        label="Motivo", min_length=5, max_length=300, help_text=ajuda, error_messages=_ERROS,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "maxlength": 300}),
    )  # fmt: skip


class FormularioDePessoa(forms.Form):
    texto = forms.CharField(
        label="CPF, CNPJ ou código do cliente", max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={"required": "Escreva o CPF, o CNPJ ou o código."},
    )  # fmt: skip
    motivo = _motivo(
        "O número do pedido, por exemplo. Fica na auditoria, com o seu nome: não escreva aqui o nome da pessoa."
    )


class FormularioDeAnonimizar(forms.Form):
    motivo = _motivo("O número do pedido da pessoa. Fica no recibo: não escreva aqui o nome dela.")
    palavra = forms.CharField(
        label=f"Para confirmar, escreva {PALAVRA}", max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        error_messages={"required": f"Escreva {PALAVRA}, em letras maiúsculas."},
    )  # fmt: skip

    def clean_palavra(self) -> str:
        palavra = str(self.cleaned_data["palavra"]).strip()
        if palavra != PALAVRA:
            raise forms.ValidationError(f"Escreva {PALAVRA}, em letras maiúsculas.")
        return palavra


class FormularioDeLeitura(forms.Form):
    motivo = _motivo("O processo ou o pedido que exige o dado. Fica na auditoria, com o seu nome.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motivo"].widget.attrs["autofocus"] = True
