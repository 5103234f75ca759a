"""Filters of lists, shared by the ledgers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter, TextFilter

from erp.acesso import escopo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.models import Filial, Produto

PASSO_DO_PISO = 500


class PeriodoFilter(RangeDateFilter):  # type: ignore[misc]  # unfold has no types
    """Two dates, both in; with none chosen, the last `dias` days. A list that never looks at all its rows by accident.

    Emptying both dates on purpose looks at everything. Dates are read as the screen writes them: unfold's own reading
    takes 05/03 for the third of May.
    """

    dias: int | None = 30

    def __init__(
        self, field: Any, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any, field_path: str
    ) -> None:
        escolhido = f"{field_path}_from" in params or f"{field_path}_to" in params
        super().__init__(field, request, params, model, model_admin, field_path)
        if not escolhido and self.dias is not None:
            inicio = timezone.localdate() - timedelta(days=self.dias)
            self.used_parameters[f"{self.parameter_name}_from"] = f"{inicio:%d/%m/%Y}"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        com_hora = isinstance(self.field, models.DateTimeField)
        inicio = _ler(self.used_parameters.get(f"{self.parameter_name}_from"))
        fim = _ler(self.used_parameters.get(f"{self.parameter_name}_to"))
        if inicio is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": _instante(inicio) if com_hora else inicio})
        if fim is not None:
            seguinte = fim + timedelta(days=1)
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": _instante(seguinte) if com_hora else seguinte})
        return queryset

    @property
    def resumo(self) -> str:
        """What the list shows, for above it."""
        inicio = _ler(self.used_parameters.get(f"{self.parameter_name}_from"))
        fim = _ler(self.used_parameters.get(f"{self.parameter_name}_to"))
        partes = [f"desde {inicio:%d/%m/%Y}" if inicio else "", f"até {fim:%d/%m/%Y}" if fim else ""]
        return f"{' '.join(filter(None, partes))} ({self.title})" if inicio or fim else ""

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        for escolha in super().choices(changelist):
            for campo in escolha["form"].fields.values():
                campo.widget.attrs["autocomplete"] = "off"
            yield escolha


class DiaContabilFilter(PeriodoFilter):
    """The accounting days of a ledger, whose ids follow its `lancado_em`.

    No entry is posted before its accounting day, so a day also bounds the ids: without that bound the database walks
    the primary key from the newest entry to the oldest whenever the rest of the filter finds too little.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        inicio = _ler(self.used_parameters.get(f"{self.parameter_name}_from"))
        queryset = super().queryset(request, queryset)
        return queryset if inicio is None else queryset.filter(pk__gt=piso(queryset.model, inicio))


class OrdemDaJanela:
    """Mixin of an admin with a `DiaContabilFilter`: newest first by the primary key, unless the days have an end.

    Then the key's order would walk all that is newer; an expression's order leaves the database with the days' index.
    """

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        com_fim = any(request.GET.get(nome) for nome in ("data_contabil_to", "vencimento_from", "vencimento_to"))
        return [(F("pk") + 0).desc()] if com_fim else ["-pk"]


def piso(modelo: type[models.Model], inicio: date) -> int:
    """An id such that no entry posted since the day before `inicio` has it or a smaller one, by halving: some 15 reads.

    The day of slack covers zones, and transactions that took their ids in one order and committed in another.
    """
    desde = _instante(inicio - timedelta(days=1)) if inicio > date.min else _instante(inicio)
    linhas = modelo._default_manager.order_by("pk")
    ultima = linhas.values_list("pk", flat=True).last()
    baixo, alto = 0, ultima or 0
    while alto - baixo > PASSO_DO_PISO:
        meio = (baixo + alto) // 2
        pk, lancado_em = linhas.filter(pk__gte=meio).values_list("pk", "lancado_em")[0]
        if lancado_em < desde:
            baixo = pk
        else:
            alto = meio
    return baixo


class VencimentoFilter(PeriodoFilter):
    """A range of dates that is empty until somebody fills it."""

    dias = None


def _instante(dia: date) -> datetime:
    """Its first instant, in the shop's time."""
    return timezone.make_aware(datetime.combine(dia, time.min))


def _ler(texto: object) -> date | None:
    try:
        dia: date | None = forms.DateField(required=False).clean(texto)
    except ValidationError:
        return None
    return dia if dia is None or dia.year < date.max.year else None


class FilialFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """The filiais of whoever looks. `caminho` leads from the row to the filial's id."""

    title = "filial"
    parameter_name = "filial"
    caminho = "filial_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[int, str]]:
        visiveis = escopo.restringir(Filial.objects.all(), usuario_de(request), "pk")
        return [(filial.pk, str(filial)) for filial in visiveis]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        escolhida = self.value() or ""
        return queryset.filter(**{self.caminho: int(escolhida)}) if escolhida.isdecimal() else queryset


class ProdutoFilter(TextFilter):  # type: ignore[misc]  # unfold has no types
    """One product, by its code or its whole barcode."""

    title = "código ou código de barras do produto"
    parameter_name = "produto"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        texto = (self.value() or "").strip()
        return queryset.filter(produto_id__in=[p.pk for p in produtos_do_codigo(texto)]) if texto else queryset


def produtos_do_codigo(texto: str) -> list[Produto]:
    """The product of a code; where there is none, those of a barcode."""
    if not (texto.isascii() and texto.isdigit() and len(texto) <= 19):
        return []
    achados = Produto.objects.filter(codigo=min(int(texto), 2**63 - 1))
    return list(achados) or list(Produto.objects.filter(codigo_barras=texto))
