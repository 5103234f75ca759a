"""What happened to contracts, all of them together: changes of state and notices, as windows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from auditoria.atores import nome_do_ator
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_dia, coluna_instante
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.formatos import reais
from erp.planos.models import AvisoContratacao, Contratacao, MudancaContratacao, Situacao
from erp.planos.selectors.ficha import CORES


class DiasFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """By `mudanca_dia`."""

    title = "dia"
    parameter_name = "desde"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("0", "Hoje"), ("7", "Últimos 7 dias"), ("31", "Últimos 31 dias")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("0", "7", "31"):
            return queryset
        return queryset.filter(dia__gte=timezone.localdate() - timedelta(days=int(self.value())))


class _DoContrato(SomenteLeitura, AdminBase):
    campo_filial = "contratacao__filial_id"
    list_select_related = ["contratacao"]
    sortable_by = ()
    ordering = ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By whole numbers, each by its index: `iexact` would read every row as text."""
        termo = search_term.strip().upper().removeprefix("P")
        if not termo:
            return queryset, False
        if not termo.isdecimal() or len(termo) > 18:
            return queryset.none(), False
        contratos = list(Contratacao.objects.filter(numero=int(termo)).values_list("pk", flat=True))
        return queryset.filter(self.do_numero(int(termo), contratos)), False

    def do_numero(self, numero: int, contratos: list[int]) -> Q:
        """The rows that a number finds: those of these contracts."""
        return Q(contratacao__in=contratos)

    @admin.display(description="contrato")
    def contrato(self, linha: Any) -> SafeString:
        endereco = reverse("admin:planos_contratacao_change", args=[linha.contratacao_id])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', endereco, linha.contratacao.numero
        )


@admin.register(MudancaContratacao)
class MudancaContratacaoAdmin(_DoContrato):
    """Newest first by the primary key; one execution's by `mudanca_execucao`."""

    list_display = [
        "__str__", "contrato", "para_", "no_dia", "quando", "quem_", "motivo", "vencido_", "cancelado_",
    ]  # fmt: skip
    list_filter = [DiasFilter, ("para", ChoicesDropdownFilter)]
    search_fields = ["execucao"]
    search_help_text = "Número do contrato, ou da execução da rotina"
    fields = ["contrato", "de", "para", "dia", "em", "quem_", "motivo", "execucao", "vencido_", "cancelado_"]
    readonly_fields = ["contrato", "quem_", "vencido_", "cancelado_"]
    no_dia = coluna_dia("dia", "dia")
    quando = coluna_instante("em", "registrada em")

    def do_numero(self, numero: int, contratos: list[int]) -> Q:
        return super().do_numero(numero, contratos) | Q(execucao=numero)

    @rotulo("para", {str(s.value): cor for s, cor in CORES.items()})
    def para_(self, mudanca: MudancaContratacao) -> tuple[str, str]:
        return str(mudanca.para), Situacao(mudanca.para).label

    @admin.display(description="quem")
    def quem_(self, mudanca: MudancaContratacao) -> str:
        return nome_do_ator(mudanca.quem)

    @admin.display(description="vencido")
    def vencido_(self, mudanca: MudancaContratacao) -> SafeString | str:
        return "–" if mudanca.vencido is None else reais(mudanca.vencido)

    @admin.display(description="estornado")
    def cancelado_(self, mudanca: MudancaContratacao) -> SafeString | str:
        return "–" if mudanca.cancelado is None else reais(mudanca.cancelado)


@admin.register(AvisoContratacao)
class AvisoContratacaoAdmin(_DoContrato):
    """Notices that were delivered, with what proves each."""

    list_display = ["__str__", "contrato", "finalidade", "canal", "quando", "referencia", "registrado_por_"]
    list_filter = [("finalidade", ChoicesDropdownFilter)]
    search_fields = ["contratacao"]
    search_help_text = "Número do contrato"
    fields = [
        "contrato",
        "finalidade",
        "canal",
        "enviado_em",
        "referencia",
        "registrado_por_",
        "registrado_em",
    ]
    readonly_fields = ["contrato", "registrado_por_"]
    quando = coluna_instante("enviado_em", "entregue em")

    @admin.display(description="registrado por")
    def registrado_por_(self, aviso: AvisoContratacao) -> str:
        return nome_do_ator(aviso.registrado_por)
