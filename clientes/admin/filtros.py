"""Filters of the list of customers; each has its index."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from erp.cadastros.models import Filial


class DocumentoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "CPF/CNPJ"
    parameter_name = "documento"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("errado", "Não confere"), ("certo", "Confere"), ("sem", "Sem documento")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        condicoes: dict[str, dict[str, Any]] = {
            "errado": {"documento_valido": False},
            "certo": {"documento_valido": True},
            "sem": {"documento": ""},
        }
        return queryset.filter(**condicoes.get(self.value() or "", {}))


class StatusFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Ativos"), ("0", "Inativos")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Whatever is not 1 is out of use (§3.10 of the Queue)."""
        if self.value() == "1":
            return queryset.filter(status=1)
        return queryset.exclude(status=1) if self.value() == "0" else queryset


class FilialDoClienteFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """By name, as the register keeps it."""

    title = "filial"
    parameter_name = "filial"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(filial.nome, str(filial)) for filial in Filial.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(filial=self.value()) if self.value() else queryset
