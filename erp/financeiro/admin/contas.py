"""Cash: entries, balances, and the statement of an account."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.filtros import DiaContabilFilter, FilialFilter, OrdemDaJanela
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.formatos import reais
from erp.financeiro.admin.formularios import contas_de
from erp.financeiro.admin.origem import elo, elo_da_origem
from erp.financeiro.models import Lancamento, SaldoConta
from erp.financeiro.selectors import EXTRATO_MAXIMO, extrato

DIAS_DO_EXTRATO = 7


class UltimosDiasFilter(DiaContabilFilter):
    dias = 7


class ContaFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "conta"
    parameter_name = "conta"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[int, str]]:
        return [(conta.pk, str(conta)) for conta in contas_de(usuario_de(request))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        escolhida = self.value() or ""
        return queryset.filter(conta_id=int(escolhida)) if escolhida.isdecimal() else queryset


@admin.register(Lancamento)
class LancamentoAdmin(OrdemDaJanela, SomenteLeitura, AdminBase):
    """Served by `lancamento_dia` (a stretch of days) and the primary key (newest first)."""

    campo_filial = "filial_id"
    list_display = ["dia", "conta", "natureza", "valor_", "documento", "filial", "origem_", "inverso"]
    list_display_links = ["dia"]
    list_select_related = ["conta", "filial"]
    list_filter = [
        ("data_contabil", UltimosDiasFilter), ContaFilter, FilialFilter, ("natureza", ChoicesDropdownFilter),
    ]  # fmt: skip
    search_fields = ["=documento"]
    search_help_text = "NSU, identificador do Pix ou documento, inteiro (dentro do período escolhido no filtro)"
    list_before_template = "cadastros/periodo_da_lista.html"
    dia = coluna_dia("data_contabil", "data contábil")
    sortable_by = ()
    fields = [
        "conta", "filial", "natureza", "finalizador", "valor_", "documento", "ocorrido_em", "lancado_em", "data_contabil",
        "origem_", "inverso",
    ]  # fmt: skip
    readonly_fields = ["valor_", "origem_", "inverso"]

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    @admin.display(description="valor")
    def valor_(self, lancamento: Lancamento) -> SafeString:
        return reais(lancamento.valor)

    @admin.display(description="de onde veio")
    def origem_(self, lancamento: Lancamento) -> str:
        return elo_da_origem(lancamento.origem, lancamento.origem_id)

    @admin.display(description="estorno de")
    def inverso(self, lancamento: Lancamento) -> str:
        if lancamento.estorno_de is None:
            return "–"
        return elo("financeiro_lancamento_change", lancamento.estorno_de, str(lancamento.estorno_de))


class PeriodoForm(forms.Form):
    inicio = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    fim = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        if "inicio" in dados and "fim" in dados and dados["fim"] < dados["inicio"]:
            raise ValidationError("O fim é antes do início.")
        return dados


@admin.register(SaldoConta)
class SaldoContaAdmin(SomenteLeitura, AdminBase):
    """The accounts are few; the page of one is its statement, read back from its balance by `lancamento_dia`."""

    campo_filial = "conta__filial_id"
    list_display = ["conta", "tipo", "filial", "saldo"]
    list_select_related = ["conta__filial"]
    list_filter = ["conta__tipo"]
    search_fields = ["conta__nome", "conta__codigo"]
    search_help_text = "Nome ou código da conta"
    ordering = ["conta__codigo"]
    sortable_by = ()

    @admin.display(description="tipo")
    def tipo(self, saldo: SaldoConta) -> str:
        return saldo.conta.get_tipo_display()

    @admin.display(description="filial")
    def filial(self, saldo: SaldoConta) -> str:
        return str(saldo.conta.filial or "toda a empresa")

    @admin.display(description="saldo")
    def saldo(self, saldo: SaldoConta) -> SafeString:
        return reais(saldo.valor)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        saldo = self.get_object(request, object_id)
        if saldo is None:
            raise Http404("Esta conta não tem lançamentos.")
        if not self.has_view_permission(request, saldo):
            raise PermissionDenied
        form, inicio, fim = _periodo(request)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Extrato da conta {saldo.conta}",
            "form": form,
            "inicio": inicio,
            "fim": fim,
            "saldo": saldo,
            "extrato": extrato(saldo.conta_id, inicio, fim),
            "maximo": EXTRATO_MAXIMO,
            "media": self.media,
        }
        return TemplateResponse(request, "financeiro/extrato.html", contexto)


def _periodo(request: HttpRequest) -> tuple[PeriodoForm, date, date]:
    hoje = timezone.localdate()
    padrao = {"inicio": hoje - timedelta(days=DIAS_DO_EXTRATO - 1), "fim": hoje}
    form = PeriodoForm(request.GET if "inicio" in request.GET else None, initial=padrao)
    dados = form.cleaned_data if form.is_bound and form.is_valid() else padrao
    return form, dados["inicio"], dados["fim"]
