"""The filters of the board. The table has one row per till and day: any of them is served by `pdv_conferencia_quadro`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters import admin as unfold_filtros

from erp.acesso.escopo import filiais_de
from pdv.conferencia import selectors
from pdv.conferencia.models import DiaConferido

if TYPE_CHECKING:  # unfold is untyped; what it adds to Django's own classes is appearance
    _Periodo = admin.FieldListFilter
else:
    _Periodo = unfold_filtros.RangeDateFilter

Situacao = DiaConferido.Situacao
ABERTOS, ATRASADOS = "abertos", "atrasados"


class SituacaoFiltro(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        especiais = [(ATRASADOS, "Precisa de alguém"), (ABERTOS, "Tudo o que não confere")]
        return [*especiais, *((str(s.value), s.label) for s in Situacao)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value() or ""
        if valor == ABERTOS:
            return queryset.exclude(situacao=Situacao.CONFERE)
        if valor == ATRASADOS:
            return queryset.filter(pk__in=selectors.atrasados(filiais_de(request.user), timezone.now()).values("pk"))
        return queryset.filter(situacao=int(valor)) if valor in {str(s.value) for s in Situacao} else queryset


class QuandoFiltro(admin.SimpleListFilter):
    title = "quando"
    parameter_name = "quando"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("hoje", "Hoje"), ("ontem", "Ontem"), ("7", "Últimos 7 dias"), ("30", "Últimos 30 dias")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        hoje = timezone.localdate()
        match self.value():
            case "hoje":
                return queryset.filter(dia=hoje)
            case "ontem":
                return queryset.filter(dia=hoje - timedelta(days=1))
            case "7" | "30" as dias:
                return queryset.filter(dia__gt=hoje - timedelta(days=int(dias)))
        return queryset


class DiaFiltro(_Periodo):
    """From a day to a day, both included; what is no date filters nothing."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for fim, operador in (("from", "gte"), ("to", "lte")):
            if dia := _dia(self.used_parameters.get(f"{self.field_path}_{fim}")):
                queryset = queryset.filter(**{f"dia__{operador}": dia})
        return queryset


def _dia(texto: object) -> date | None:
    try:
        dia: date | None = forms.DateField(required=False).clean(texto)
    except ValidationError:
        return None
    return dia
