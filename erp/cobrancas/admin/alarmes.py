"""What a person should look at, until somebody says what was done."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet

from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.rotulos import rotulo
from erp.cobrancas.admin.filtros import VistoFilter
from erp.cobrancas.models import AlarmeCobranca
from erp.cobrancas.services.alarmes import marcar_vistos
from erp.financeiro.admin.origem import elo

Tipo = AlarmeCobranca.Tipo
CORES = {
    Tipo.CREDITO: "warning", Tipo.VALOR: "warning", Tipo.CONTRADICAO: "danger", Tipo.CONTESTADA: "danger",
    Tipo.PARADA: "info",
}  # fmt: skip


@admin.register(AlarmeCobranca)
class AlarmeCobrancaAdmin(SomenteLeitura, AdminBase):
    """Served by `alarme_cobranca_aberto`, newest first."""

    lista_vazia = "Nenhuma cobrança pede atenção: nada pago a mais, contestado ou que não bata."
    campo_filial = "cobranca__filial_id"
    list_display = ["desde_", "tipo_", "texto", "cobranca_", "visto_"]
    list_select_related = ["cobranca", "visto_por"]
    list_filter = [VistoFilter]
    ordering = ["-pk"]
    sortable_by = ()
    actions = ["dar_por_vistos"]
    actions_detail = ["dar_por_vistos"]
    desde_ = coluna_instante("desde", "desde")
    fields = ["tipo", "texto", "cobranca_", "desde", "visto_em", "visto_por", "motivo"]
    readonly_fields = ["cobranca_"]

    @rotulo("alarme", CORES)
    def tipo_(self, alarme: AlarmeCobranca) -> tuple[str, str]:
        return alarme.tipo, str(alarme.get_tipo_display())

    @admin.display(description="cobrança")
    def cobranca_(self, alarme: AlarmeCobranca) -> str:
        return elo("cobrancas_cobranca_change", alarme.cobranca_id, f"nº {alarme.cobranca_id}")

    @admin.display(description="visto por")
    def visto_(self, alarme: AlarmeCobranca) -> str:
        return f"{alarme.visto_por}: {alarme.motivo}" if alarme.visto_por else "–"

    @acao_com_motivo(
        titulo="Dar por visto",
        explicacao="O alarme sai da lista do que ninguém viu. Diga o que foi feito: fica na cobrança e na auditoria.",
        permissao="cobrancas.ver_alarmecobranca",
        botao="Dar por visto",
        icone="visibility",
    )
    def dar_por_vistos(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        n = marcar_vistos(ids=queryset.values_list("pk", flat=True), motivo=motivo, usuario=usuario)
        return "1 alarme visto." if n == 1 else f"{n} alarmes vistos."
