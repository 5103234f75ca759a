"""Kinds of customer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clientes.models import TipoVarejo
from clientes.rules import TIPO_PADRAO
from erp.cadastros.admin.base import CadastroAdmin


@admin.register(TipoVarejo)
class TipoVarejoAdmin(CadastroAdmin):
    """The name is the key: another name is another kind."""

    list_display = ["tipo_varejo"]
    search_fields = ["tipo_varejo"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The default is what every customer of an unknown kind becomes (§3.2)."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.pk != TIPO_PADRAO)
