"""Settlements: a window, and the action that undoes them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.safestring import SafeString

from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.filtros import DiaContabilFilter, OrdemDaJanela
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.formatos import reais
from erp.financeiro.admin.origem import elo
from erp.financeiro.erros import BaixaRecusada
from erp.financeiro.models import Baixa
from erp.financeiro.services import desfazer_baixas

BAIXAS_POR_VEZ = 200


@admin.register(Baixa)
class BaixaAdmin(OrdemDaJanela, SomenteLeitura, AdminBase):
    """Served by the primary key (newest first) and `baixa_dia` (period)."""

    campo_filial = "titulo__filial_id"
    list_display = [
        "id", "titulo_", "conta", "valor_", "juros_", "desconto_", "quando", "feita_por", "motivo", "situacao",
    ]  # fmt: skip
    list_select_related = ["titulo", "conta", "estorno"]
    list_filter = [("data_contabil", DiaContabilFilter)]
    search_fields = ["=titulo__id"]
    search_help_text = "Número do título"
    list_before_template = "cadastros/periodo_da_lista.html"
    quando = coluna_instante("ocorrido_em", "ocorrida em")
    sortable_by = ()
    actions = ["desfazer"]
    actions_detail = ["desfazer"]
    fields = [
        "titulo_", "conta", "valor_", "juros_", "desconto_", "ocorrido_em", "lancado_em", "data_contabil", "motivo",
        "feita_por", "situacao_por_extenso",
    ]  # fmt: skip
    readonly_fields = ["titulo_", "valor_", "juros_", "desconto_", "situacao_por_extenso"]

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    @acao_com_motivo(
        titulo="Desfazer baixa",
        explicacao="O título volta a ficar em aberto e o dinheiro sai da conta (ou volta para ela) por um lançamento "
        "inverso, com a data de hoje. Nada é apagado.",
        permissao="financeiro.baixar_titulo",
        botao="Desfazer",
        perigosa=True,
        icone="undo",
    )
    def desfazer(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        ids = list(queryset.values_list("pk", flat=True)[: BAIXAS_POR_VEZ + 1])
        if len(ids) > BAIXAS_POR_VEZ:
            raise ValidationError(f"São mais de {BAIXAS_POR_VEZ} baixas. Escolha menos de cada vez.")
        try:
            desfazer_baixas(chaves={baixa_id: uuid.uuid4() for baixa_id in ids}, motivo=motivo, usuario=usuario)
        except BaixaRecusada as erro:
            raise ValidationError(f"{str(erro)[0].upper()}{str(erro)[1:]}.") from erro
        return "Baixa desfeita." if len(ids) == 1 else f"{len(ids)} baixas desfeitas."

    @admin.display(description="título")
    def titulo_(self, baixa: Baixa) -> str:
        return elo("financeiro_titulo_change", baixa.titulo_id, str(baixa.titulo))

    @admin.display(description="valor")
    def valor_(self, baixa: Baixa) -> SafeString:
        return reais(baixa.valor)

    @admin.display(description="juros")
    def juros_(self, baixa: Baixa) -> SafeString:
        return reais(baixa.juros)

    @admin.display(description="desconto")
    def desconto_(self, baixa: Baixa) -> SafeString:
        return reais(baixa.desconto)

    @admin.display(description="situação")
    def situacao_por_extenso(self, baixa: Baixa) -> str:
        return self.situacao(baixa)[1]

    @rotulo("situação", {"vale": "success", "desfeita": "danger", "inversa": "warning"})
    def situacao(self, baixa: Baixa) -> tuple[str, str]:
        if baixa.estorno_de_id is not None:
            return "inversa", f"desfaz a {baixa.estorno_de_id}"
        return ("desfeita", "desfeita") if hasattr(baixa, "estorno") else ("vale", "vale")
