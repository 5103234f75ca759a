"""Products."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from erp.cadastros.admin.base import CadastroAdmin, acoes_de_atividade
from erp.cadastros.importacoes.produtos import ImportacaoDeProdutos
from erp.cadastros.models import Produto, ProdutoQuerySet
from erp.cadastros.planilhas.admin import ImportaPlanilha


@admin.register(Produto)
class ProdutoAdmin(ImportaPlanilha, CadastroAdmin):
    importacao = ImportacaoDeProdutos
    campo_ativo = "ativo"
    list_display = ["codigo", "descricao", "codigo_barras", "unidade", "preco", "controla_estoque", "ativo"]
    list_display_links = ["codigo", "descricao"]
    list_filter = ["ativo", "controla_estoque"]
    search_fields = ["busca"]
    search_help_text = "Palavras da descrição, código ou começo do código de barras"
    inativar, ativar = acoes_de_atividade("cadastros.change_produto", "ativo")
    actions = ["inativar", "ativar"]
    fieldsets = [
        (None, {"fields": ["codigo", "descricao", "codigo_barras", "unidade", "preco", "ativo"]}),
        (
            "Estoque e fiscal",
            {
                "fields": ["controla_estoque", "ncm"],
                "description": "Desmarque «controla estoque» para serviços e itens que não se contam: "
                "a venda deles não movimenta estoque.",
            },
        ),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the words' index, never by `icontains`."""
        if not search_term.strip():
            return queryset, False
        assert isinstance(queryset, ProdutoQuerySet)
        return queryset.buscar(search_term), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The code is what the tills and every entry say: it never changes."""
        return ["codigo"] if obj else []
