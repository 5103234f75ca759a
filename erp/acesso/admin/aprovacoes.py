"""Requests that wait for a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.decorators import display

from erp.acesso import services
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.models import Aprovacao

Situacao = Aprovacao.Situacao
CORES = {
    Situacao.PENDENTE.value: "warning",
    Situacao.APROVADA.value: "success",
    Situacao.RECUSADA.value: "danger",
    Situacao.CONSUMIDA.value: "info",
    Situacao.VENCIDA.value: "info",
}
OndeVer = Callable[[Aprovacao, HttpRequest], str]

_onde_ver: dict[str, OndeVer] = {}


def registrar_onde_ver(acao: str, fn: OndeVer) -> None:
    """Say which page shows what would be done by a request of `acao`: its address, or nothing for who may not open it.

    Called in `AppConfig.ready` of the app above.
    """
    _onde_ver[acao] = fn


@admin.register(Aprovacao)
class AprovacaoAdmin(SomenteLeitura, AdminBase):
    list_display = ("descricao", "estado", "quem_pediu", "solicitada_em", "expira_em", "decidida_por", "motivo")
    list_filter = ("situacao",)
    list_select_related = ("solicitada_por", "decidida_por")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "descricao",
                    "motivo",
                    "antes_de_decidir",
                    "situacao",
                    "quem_pediu",
                    "solicitada_em",
                    "expira_em",
                )
            },
        ),
        ("Decisão", {"fields": ("quem_decidiu", "decidida_em", "motivo_decisao", "consumida_em")}),
        ("Para a TI", {"fields": ("acao", "objeto", "objeto_id", "dados")}),
    )
    readonly_fields = flatten_fieldsets(fieldsets)
    actions = ("aprovar", "recusar")
    actions_detail = ("aprovar", "recusar")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            fn = _onde_ver.get(obj.acao)
            obj.onde_ver = fn(obj, request) if fn else ""  # by who is looking
        return super().get_form(request, obj, change, **kwargs)

    @admin.display(description="antes de decidir")
    def antes_de_decidir(self, pedido: Any) -> str | SafeString:
        endereco = getattr(pedido, "onde_ver", "")
        return (
            format_html(
                '<a class="text-primary-600 dark:text-primary-500" href="{}">Veja o que seria feito, um por um</a>',
                endereco,
            )
            if endereco
            else "–"
        )

    @display(description="situação", label=CORES)  # type: ignore[untyped-decorator]  # unfold is untyped
    def estado(self, pedido: Aprovacao) -> tuple[int, str]:
        return pedido.situacao, pedido.get_situacao_display()

    @admin.display(description="pedida por")
    def quem_pediu(self, pedido: Aprovacao) -> str:
        """As text: Django would link to the person's page, which few may open. `rotina:Assunto/Acao` may be broken."""
        partes = pedido.solicitante.replace(":", " ", 1).split("/")
        return format_html_join(mark_safe("/<wbr>"), "{}", ((parte,) for parte in partes))

    @admin.display(description="decidida por")
    def quem_decidiu(self, pedido: Aprovacao) -> str:
        return str(pedido.decidida_por or "–")

    @acao_com_motivo(
        titulo="Aprovar",
        explicacao="Quem pediu poderá fazer o que está descrito, uma vez e até o pedido vencer. "
        "Não se aprova o próprio pedido.",
        permissao=services.PERMISSAO_DECIDIR,
        botao="Aprovar",
        icone="check",
    )
    def aprovar(self, queryset: QuerySet[Aprovacao], motivo: str, usuario: User) -> str:
        pedidos = list(queryset.order_by("pk"))
        for pedido in pedidos:
            services.aprovar(aprovacao=pedido, por=usuario, motivo=motivo)
        return _feito("aprovado", len(pedidos))

    @acao_com_motivo(
        titulo="Recusar",
        explicacao="O que está descrito não será feito. Quem pediu poderá pedir de novo.",
        permissao=services.PERMISSAO_DECIDIR,
        botao="Recusar",
        perigosa=True,
        icone="block",
    )
    def recusar(self, queryset: QuerySet[Aprovacao], motivo: str, usuario: User) -> str:
        pedidos = list(queryset.order_by("pk"))
        for pedido in pedidos:
            services.recusar(aprovacao=pedido, por=usuario, motivo=motivo)
        return _feito("recusado", len(pedidos))


def _feito(verbo: str, quantos: int) -> str:
    return f"1 pedido {verbo}." if quantos == 1 else f"{quantos} pedidos {verbo}s."
