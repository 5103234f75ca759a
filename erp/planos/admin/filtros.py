"""Filters of the list of contracts; each has its index."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from erp.planos.models import Plano, Situacao


class SituacaoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """By `contratacao_situacao`, in the list's own order."""

    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(s.value), str(s.label)) for s in Situacao]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(situacao=self.value()) if self.value() in {str(s.value) for s in Situacao} else queryset


class PlanoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """By `contratacao_plano`, in the list's own order."""

    title = "plano"
    parameter_name = "plano"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(plano.pk), plano.nome) for plano in Plano.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value() or ""
        return queryset.filter(plano_id=int(valor)) if valor.isdecimal() and len(valor) < 19 else queryset


class AssinaturaFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """By `contratacao_sem_assinatura` and `contratacao_assinada`, in the list's own order."""

    title = "assinatura"
    parameter_name = "assinado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sim", "Assinados"), ("nao", "Sem assinatura")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("sim", "nao"):
            return queryset.filter(assinado_em__isnull=self.value() == "nao")
        return queryset
