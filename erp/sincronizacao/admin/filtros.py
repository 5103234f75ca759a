"""The filters of the lists, each over an index: `conflito_entidade`, `conflito_aberto`, `diferenca_uma_por_registro`."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from erp.sincronizacao.admin.textos import ENTIDADE_DE, VENDAS
from erp.sincronizacao.models import Conflito, Diferenca

Opcoes = list[tuple[str, str]]


class EntidadeFiltro(admin.SimpleListFilter):
    title = "cadastro"
    parameter_name = "entidade"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return [(n, t) for n, t in ENTIDADE_DE.items() if n != VENDAS or model_admin.model is Conflito]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(entidade=self.value()) if self.value() else queryset


class SituacaoFiltro(admin.SimpleListFilter):
    """What is open, unless asked otherwise: it is what one comes to see."""

    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return [("abertos", "Abertos"), ("resolvidos", "Resolvidos"), ("todos", "Todos")]

    def choices(self, changelist: Any) -> Any:
        for opcao, (nome, titulo) in zip(self.lookup_choices, self.lookups(None, None), strict=True):  # type: ignore[arg-type]  # neither is read
            yield {
                "selected": (self.value() or "abertos") == str(opcao[0]),
                "query_string": changelist.get_query_string({self.parameter_name: nome}),
                "display": titulo,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "todos":
            return queryset
        resolvidos = self.value() == "resolvidos"
        return queryset.filter(situacao=Conflito.Situacao.RESOLVIDO if resolvidos else Conflito.Situacao.ABERTO)


class TipoDeConflitoFiltro(admin.SimpleListFilter):
    title = "o que houve"
    parameter_name = "tipo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return [(t.value, str(t.label)) for t in Conflito.Tipo]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(tipo=self.value()) if self.value() in Conflito.Tipo.values else queryset


class TipoDeDiferencaFiltro(admin.SimpleListFilter):
    title = "o que difere"
    parameter_name = "tipo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return [(t.value, str(t.label)) for t in Diferenca.Tipo]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(tipo=self.value()) if self.value() in Diferenca.Tipo.values else queryset
