"""Requests that wait for a second person."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet

from erp.acesso import services
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.models import Aprovacao


@admin.register(Aprovacao)
class AprovacaoAdmin(SomenteLeitura, AdminBase):
    list_display = ("descricao", "situacao", "solicitada_por", "solicitada_em", "expira_em", "decidida_por", "motivo")
    list_filter = ("situacao",)
    list_select_related = ("solicitada_por", "decidida_por")
    fields = (
        "descricao", "acao", "objeto", "objeto_id", "dados", "motivo", "situacao", "solicitada_por", "solicitada_em",
        "expira_em", "decidida_por", "decidida_em", "motivo_decisao", "consumida_em",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("aprovar", "recusar")
    actions_detail = ("aprovar", "recusar")

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
