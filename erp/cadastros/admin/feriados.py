"""The holidays of each município; national and state ones come by themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.admin.municipios import CampoMunicipio, coluna_municipio
from erp.cadastros.models import FeriadoMunicipal
from erp.cadastros.ouvintes import feriado_mudou


class FormularioFeriado(FormularioModelo):
    municipio = CampoMunicipio()


@admin.register(FeriadoMunicipal)
class FeriadoMunicipalAdmin(CadastroAdmin):
    form = FormularioFeriado
    list_display = ["nome", "municipio_", "repete", "dia_", "ate_"]
    list_filter = ["repete"]
    search_fields = ["nome", "=municipio"]
    search_help_text = "Nome do feriado ou código do IBGE do município"
    municipio_ = coluna_municipio("municipio")
    dia_ = coluna_dia("dia", "desde")
    ate_ = coluna_dia("ate", "até")
    fieldsets = [
        (
            None,
            {
                "fields": ["municipio", "nome", "repete", "dia", "ate"],
                "description": "Só os do município: os nacionais e os estaduais já são conhecidos. "
                "Corpus Christi e Carnaval só são feriado onde a lei do município (ou do estado) diz.",
            },
        )
    ]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        antes = FeriadoMunicipal.objects.filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        for feriado in filter(None, (antes, obj)):
            feriado_mudou(feriado)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        feriado_mudou(obj)
