"""Filters of the list of requests, each served by an index of its own."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from erp.assinaturas.models import Assinatura


class AtencaoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`assinatura_atencao`."""

    title = "o que pede atenção"
    parameter_name = "atencao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sim", "Recusada, com erro, ou que não bate")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(Assinatura.ATENCAO) if self.value() == "sim" else queryset
