"""Filters of the lists of charges, each served by an index of its own."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from erp.cadastros.admin.filtros import PeriodoFilter
from erp.cobrancas.models import AlarmeCobranca
from erp.provedores.registro import todos


class ProvedorFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`cobranca_provedor`."""

    title = "provedor"
    parameter_name = "provedor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(p.nome, p.titulo) for p in todos()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(provedor=self.value()) if self.value() else queryset


class ContradicaoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`cobranca_contradita`, and the open alarms."""

    title = "o que pede atenção"
    parameter_name = "atencao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("contradicao", "O que foi dito não bate"), ("alarme", "Com alarme que ninguém viu")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "contradicao":
            return queryset.exclude(contradicao="")
        if self.value() == "alarme":
            return queryset.filter(pk__in=AlarmeCobranca.objects.filter(visto_em=None).values("cobranca"))
        return queryset


class CriacaoFilter(PeriodoFilter):
    """`cobranca_criada`: a quarter, for a charge lives for weeks."""

    dias = 90


class VistoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`alarme_cobranca_aberto`; the open ones unless somebody asks for the others."""

    title = "situação"
    parameter_name = "visto"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nao", "Que ninguém viu"), ("todos", "Todos")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() == "todos" else queryset.filter(visto_em=None)
