"""What the pages of jazigos share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from clientes.models import Cliente
from erp.acesso import escopo
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.lugares import achar_municipio, sugerir_municipios
from erp.cadastros.referencia import municipios
from erp.jazigos.models import Cemiterio, Jazigo

COR = "text-primary-600 dark:text-primary-500"
ANOS = range(1800, 2200)  # of graves and who keeps them; beyond it somebody typed 0026


class CemiterioFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """The cemeteries of whoever looks. `caminho` leads from the row to the cemetery's id."""

    title = "cemitério"
    parameter_name = "cemiterio"
    caminho = "cemiterio_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[int, str]]:
        visiveis = escopo.restringir(Cemiterio.objects.all(), usuario_de(request), "filial_id")
        return [(cemiterio.pk, cemiterio.nome) for cemiterio in visiveis]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        escolhido = self.value() or ""
        return queryset.filter(**{self.caminho: int(escolhido)}) if escolhido.isdecimal() else queryset


class DoJazigoFilter(CemiterioFilter):
    caminho = "jazigo__cemiterio_id"


class CampoMunicipio(forms.CharField):
    """A município as people write it (`Contagem/MG`) or by its IBGE code; kept as the code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"label": "Município", "help_text": "Cidade/UF, como Contagem/MG, ou o código do IBGE.",
               "widget": UnfoldAdminTextInputWidget(), **kwargs},
        )  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return nome_do_municipio(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        texto = super().clean(value).strip()
        if texto in municipios():
            return str(texto)
        cidade, _, uf = texto.replace(" - ", "/").rpartition("/")
        if achado := achar_municipio(cidade, uf):
            return achado.codigo_ibge
        parecidos = [f"{m.nome}/{m.uf}" for m in sugerir_municipios(cidade or texto, uf)[:3]]
        dica = f" Será {' ou '.join(parecidos)}?" if parecidos else ""
        raise forms.ValidationError(f"Não conheço o município «{texto}». Escreva Cidade/UF.{dica}")


def nome_do_municipio(codigo: str) -> str:
    """`Contagem/MG`; what is no code stays as it is."""
    achado = municipios().get(codigo)
    return f"{achado.nome}/{achado.uf}" if achado else codigo


def conferir_ano(dia: date) -> None:
    """Raises ValidationError."""
    if dia.year not in ANOS:
        raise forms.ValidationError(f"Confira o ano: {dia.year:04d}.")


class CampoDia(forms.DateField):
    """A day by the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget()
        widget.input_type = "date"
        validadores = [conferir_ano]
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"], validators=validadores, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m-%d}" if isinstance(value, date) else value


class FormularioDoJazigo(FormularioModelo):
    """Locks the jazigo while its form is judged, so that two people never fill the same place at once.

    Its days are of this age and in order: the database is not asked whether what ends before it begins is free.
    """

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        for campo, dia in list(dados.items()):
            if isinstance(dia, date) and dia.year not in ANOS:
                self.add_error(campo, f"Confira o ano: {dia.year:04d}.")
        inicio, fim = dados.get("inicio"), dados.get("fim")
        if inicio and fim and fim < inicio:
            self.add_error("fim", "O fim é antes do início.")
        if jazigo := dados.get("jazigo"):
            Jazigo.objects.select_for_update().get(pk=jazigo.pk)
            if not self.instance.pk and not jazigo.ativo:
                self.add_error("jazigo", "Este jazigo está fora de uso.")
        return dados


def do_titular(linhas: QuerySet[Any], texto: str) -> QuerySet[Any]:
    """Rows whose titular is found by the search of customers."""
    return linhas.filter(titular__in=Cliente.objects.buscar(texto).values("pk"))
