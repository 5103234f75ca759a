"""The login's lock and its logs: windows, and one act, which lets somebody who was kept out try again."""

from __future__ import annotations

from typing import Any

import axes.admin  # registers the pages that are taken away below
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from unfold.decorators import display

from erp.acesso import entradas
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo

PERMISSAO_DESBLOQUEAR = "axes.delete_accessattempt"

assert axes.admin


def _nome(linha: Any) -> str:
    return f"{linha.username or 'sem nome'} em {timezone.localtime(linha.attempt_time):%d/%m/%Y %H:%M}"


for modelo in (AccessAttempt, AccessFailureLog, AccessLog):
    admin.site.unregister(modelo)  # the library's own pages delete and leave no event
    modelo.__str__ = _nome  # the library's is in English, and the page has it for a title


@admin.register(AccessAttempt)
class TentativaAdmin(SomenteLeitura, AdminBase):
    list_display = ("username", "ip_address", "falhas", "attempt_time")
    busca_reservada = True  # a login may be an e-mail, or what somebody typed in the wrong box
    search_fields = ("username__exact", "ip_address__exact")
    fields = ("username", "ip_address", "navegador", "falhas_por_extenso", "attempt_time")  # never what was sent
    readonly_fields = fields
    ordering = ("-attempt_time",)
    actions = ("desbloquear",)
    actions_detail = ("desbloquear",)

    @display(description="falhas", label={True: "danger", False: "warning"})  # type: ignore[untyped-decorator]  # unfold is untyped
    def falhas(self, tentativa: AccessAttempt) -> tuple[bool, str]:
        travada = tentativa.failures_since_start >= settings.AXES_FAILURE_LIMIT
        return travada, f"{tentativa.failures_since_start}: bloqueada" if travada else str(
            tentativa.failures_since_start
        )

    @admin.display(description="falhas")
    def falhas_por_extenso(self, tentativa: AccessAttempt) -> str:
        return str(self.falhas(tentativa)[1])

    @admin.display(description="navegador")
    def navegador(self, tentativa: AccessAttempt) -> str:
        return _navegador(tentativa)

    @acao_com_motivo(
        titulo="Desbloquear",
        explicacao="As falhas são esquecidas e a pessoa pode tentar entrar de novo, daquele endereço, agora mesmo.",
        permissao=PERMISSAO_DESBLOQUEAR,
        botao="Desbloquear",
        icone="lock_open",
    )
    def desbloquear(self, queryset: QuerySet[AccessAttempt], motivo: str, usuario: User) -> str:
        quantas = entradas.desbloquear(tentativas=queryset, motivo=motivo, usuario=usuario)
        return "1 entrada desbloqueada." if quantas == 1 else f"{quantas} entradas desbloqueadas."


class _DeEntrada(SomenteLeitura, AdminBase):
    list_display: Any = ("username", "ip_address", "attempt_time")
    busca_reservada = True  # a login may be an e-mail, or what somebody typed in the wrong box
    search_fields = ("username__exact", "ip_address__exact")
    ordering = ("-attempt_time",)

    @admin.display(description="navegador")
    def navegador(self, entrada: Any) -> str:
        return _navegador(entrada)


def _navegador(linha: Any) -> str:
    """What the browser said it is; the library has a word of its own for one that said nothing."""
    return "não disse" if linha.user_agent in ("", "<unknown>") else str(linha.user_agent)


@admin.register(AccessLog)
class EntradaAdmin(_DeEntrada):
    list_display = ("username", "ip_address", "attempt_time", "logout_time")
    fields = ("username", "ip_address", "navegador", "attempt_time", "logout_time")
    readonly_fields = fields


@admin.register(AccessFailureLog)
class FalhaAdmin(_DeEntrada):
    list_display = ("username", "ip_address", "attempt_time", "locked_out")
    fields = ("username", "ip_address", "navegador", "attempt_time", "locked_out")
    readonly_fields = fields
