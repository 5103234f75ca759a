"""Form fields for what people type: numbers with comma, date and time of the shop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from erp.cadastros.formatos import texto_numero
from erp.cadastros.planilhas import celulas


class CampoNumero(forms.CharField):
    """A number as people type it: `1.234,56` or `1234.56`. Empty is None."""

    def __init__(self, casas: int, maximo: Decimal, **kwargs: Any) -> None:
        atributos = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(widget=UnfoldAdminTextInputWidget(attrs=atributos), **kwargs)
        self.ler = celulas.decimal(casas, maximo=maximo)

    def clean(self, value: Any) -> Any:
        texto = super().clean(value).strip()
        if not texto:
            return None
        try:
            return self.ler(texto)
        except ValueError as erro:
            raise forms.ValidationError(f"{str(erro)[0].upper()}{str(erro)[1:]}.") from erro


class CampoDecimal(CampoNumero):
    """`CampoNumero` where a model's DecimalField asks for a form field."""

    def __init__(self, *, max_digits: int, decimal_places: int, **kwargs: Any) -> None:
        kwargs.pop("widget", None)  # the browser's number field takes 2,99 or 2.99 by the browser's language, not ours
        super().__init__(decimal_places, Decimal(10) ** (max_digits - decimal_places) - 1, **kwargs)
        self.casas = decimal_places

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal | int):
            return value
        return texto_numero(Decimal(value), self.casas, min(2, self.casas)).replace(".", "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True


class CampoInstante(forms.DateTimeField):
    """Date and time by the browser's own picker, in the shop's time."""

    formato = "%Y-%m-%dT%H:%M"

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget()
        widget.input_type = "datetime-local"
        entradas = [self.formato, "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"]
        super().__init__(widget=widget, input_formats=entradas, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value).strftime(self.formato) if hasattr(value, "tzinfo") else value
