"""The audit trail as staff read it: a window without a single button that changes something."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter

from auditoria.filtros import FiltroExato, FiltroPeriodo
from auditoria.janela import AdminSemContagem, SomenteLeitura
from auditoria.models import Evento
from auditoria.selectors import acoes_conhecidas


class FiltroQuem(FiltroExato):
    title, parameter_name, campo = "quem", "quem", "ator"


class FiltroObjeto(FiltroExato):
    title, parameter_name, campo = "objeto (por exemplo acesso.ChaveApi)", "objeto", "objeto"


class FiltroObjetoId(FiltroExato):
    title, parameter_name, campo = "identificador do objeto", "id_objeto", "objeto_id"


class FiltroAcao(DropdownFilter):  # type: ignore[misc]  # unfold is untyped
    title, parameter_name = "ação", "acao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(acao, acao) for acao in acoes_conhecidas()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Evento]) -> QuerySet[Evento]:
        return queryset.filter(acao=self.value()) if self.value() else queryset


@admin.register(Evento)
class EventoAdmin(SomenteLeitura, AdminSemContagem):
    list_display = ("quando", "quem", "acao", "objeto", "objeto_id", "motivo_curto")
    list_filter = (FiltroQuem, FiltroAcao, FiltroObjeto, FiltroObjetoId, ("em", FiltroPeriodo))
    ordering = ("-em", "-id")
    sortable_by = ()
    fields = (
        "quando", "quem", "acao", "objeto", "objeto_id", "motivo", "antes_legivel", "depois_legivel", "ip",
        "request_id", "id",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description="quando")
    def quando(self, evento: Evento) -> str:
        return timezone.localtime(evento.em).strftime("%d/%m/%Y %H:%M:%S.%f")

    @admin.display(description="quem")
    def quem(self, evento: Evento) -> str:
        return f"{evento.ator} ({evento.get_ator_tipo_display()})"

    @admin.display(description="motivo")
    def motivo_curto(self, evento: Evento) -> str:
        return evento.motivo if len(evento.motivo) <= 60 else f"{evento.motivo[:57]}..."

    @admin.display(description="antes")
    def antes_legivel(self, evento: Evento) -> str:
        return _legivel(evento.antes)

    @admin.display(description="depois")
    def depois_legivel(self, evento: Evento) -> str:
        return _legivel(evento.depois)


def _legivel(valores: Any) -> str:
    if valores is None:
        return "–"
    texto = json.dumps(valores, ensure_ascii=False, indent=2, sort_keys=True)
    return format_html('<pre class="whitespace-pre-wrap">{}</pre>', texto)
