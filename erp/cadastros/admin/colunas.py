"""Columns of lists."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString


def coluna_dia(campo: str, descricao: str) -> Callable[[Any, Any], SafeString | str]:
    """A date as `31/12/2026`, never broken in two lines."""

    @admin.display(description=descricao, ordering=campo)
    def coluna(self: Any, linha: Any) -> SafeString | str:
        valor: date | None = getattr(linha, campo)
        return _curto(f"{valor:%d/%m/%Y}") if valor else "–"

    return coluna


def coluna_instante(campo: str, descricao: str) -> Callable[[Any, Any], SafeString | str]:
    """An instant as `31/12/2026 23:59`, in the shop's time."""

    @admin.display(description=descricao, ordering=campo)
    def coluna(self: Any, linha: Any) -> SafeString | str:
        valor: datetime | None = getattr(linha, campo)
        return _curto(f"{timezone.localtime(valor):%d/%m/%Y %H:%M}") if valor else "–"

    return coluna


def _curto(texto: str) -> SafeString:
    return format_html('<span class="whitespace-nowrap">{}</span>', texto)
