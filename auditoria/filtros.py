"""List filters that an index serves, and that read dates as Brazilians write them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter, TextFilter


class FiltroExato(TextFilter):  # type: ignore[misc]  # unfold is untyped
    """A text compared whole with `campo`, so that its index serves. What the field could never hold is said so."""

    campo = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = (self.value() or "").strip()
        try:
            return queryset.filter(**{self.campo: valor}) if valor else queryset
        except (ValidationError, ValueError):  # no UUID, no number
            messages.error(request, f"Não é um {self.title}: {valor[:80]}. O filtro não foi aplicado.")
            return queryset


class FiltroPeriodo(RangeDateFilter):  # type: ignore[misc]  # unfold is untyped
    """From one day to another, both whole, in local time: `("em", FiltroPeriodo)`.

    unfold's own reads `01/02` as January 2nd, and compares without a zone. A date that cannot be read is said so.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        de, ate = (self._ler(request, ponta) for ponta in ("from", "to"))
        if de is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": self._limite(de)})
        if ate is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": self._limite(ate + timedelta(days=1))})
        return queryset

    def _ler(self, request: HttpRequest, ponta: str) -> date | None:
        texto = self.used_parameters.get(f"{self.parameter_name}_{ponta}", "")
        try:
            lida: date | None = forms.DateField(required=False, localize=True).clean(texto)
        except ValidationError:
            lida = None
        if (texto and lida is None) or (lida is not None and not 1900 <= lida.year < 3000):  # a calendar has an end
            messages.error(request, f"Data recebida: {texto}. Esperado dia/mês/ano, por exemplo 31/12/2026.")
            return None
        return lida

    def _limite(self, dia: date) -> date | datetime:
        """The day's first instant, for a moment; the day itself, for a date."""
        if not isinstance(self.field, DateTimeField):
            return dia
        return timezone.make_aware(datetime.combine(dia, time.min))
