"""The indices by which values are adjusted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.campos import CampoNumero
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.formatos import numero, texto_numero
from erp.cadastros.planilhas import celulas
from erp.cadastros.planilhas.admin import ImportaPlanilha
from erp.jazigos.importacao import ImportacaoDeIndices, ler_mes
from erp.jazigos.models import IndiceMensal


class CampoMes(forms.CharField):
    """A month as `03/2026`; kept as its first day."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"placeholder": "mm/aaaa", "inputmode": "numeric"})
        super().__init__(**{"label": "Mês", "help_text": "Como 03/2026.", "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%m/%Y}" if isinstance(value, date) else value

    def clean(self, value: Any) -> Any:
        try:
            return ler_mes(super().clean(value))
        except ValueError as erro:
            raise forms.ValidationError(f"{str(erro)[0].upper()}{str(erro)[1:]}.") from erro


class CampoVariacao(CampoNumero):
    """A percentage, also below zero; written as the screen shows it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(4, Decimal(100), label="Variação no mês (%)", help_text="Como foi publicada: 0,48 ou -0,14.")
        self.ler = celulas.decimal(4, minimo=Decimal(-50), maximo=Decimal(100))

    def prepare_value(self, value: Any) -> Any:
        return texto_numero(value, 4, 2) if isinstance(value, Decimal) else value


class FormularioIndice(FormularioModelo):
    mes = CampoMes()
    percentual = CampoVariacao()


@admin.register(IndiceMensal)
class IndiceMensalAdmin(ImportaPlanilha, CadastroAdmin):
    importacao = ImportacaoDeIndices
    form = FormularioIndice
    list_display = ["mes_", "indice", "percentual_"]
    list_filter = [("indice", ChoicesDropdownFilter)]
    sortable_by = ()
    fieldsets = [
        (
            None,
            {
                "fields": ["indice", "mes", "percentual"],
                "description": "A variação de cada mês, como o IBGE e a FGV publicam. Enquanto o mês não estiver aqui, os "
                "contratos que precisam dele ficam com pendência e não são cobrados sem o reajuste. Corrigir um mês já usado "
                "não muda os reajustes feitos com ele.",
            },
        )
    ]

    @admin.display(description="mês", ordering="mes")
    def mes_(self, indice: IndiceMensal) -> str:
        return f"{indice.mes:%m/%Y}"

    @admin.display(description="variação (%)")
    def percentual_(self, indice: IndiceMensal) -> SafeString:
        return numero(indice.percentual, 4, 2)
