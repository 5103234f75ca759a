"""Jazigos: each page tells who holds it, who pays for it and who rests in it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from erp.cadastros.admin.base import CadastroAdmin, acoes_de_atividade
from erp.cadastros.admin.usuario import usuario_de
from erp.jazigos.admin.comum import CemiterioFilter
from erp.jazigos.models import Concessao, Jazigo, Sepultamento
from erp.jazigos.models.jazigo import JazigoQuerySet


@admin.register(Jazigo)
class JazigoAdmin(CadastroAdmin):
    campo_filial = "cemiterio__filial_id"
    campo_ativo = "ativo"
    list_display = ["quadra", "lote", "cemiterio", "tipo", "ocupacao", "titular", "ativo"]
    list_display_links = ["quadra", "lote"]
    list_select_related = ["cemiterio"]
    list_filter = [CemiterioFilter, ("tipo", ChoicesDropdownFilter), "ativo"]
    search_fields = ["busca"]
    search_help_text = "Quadra e lote, como A 12"
    sortable_by = ()
    readonly_fields = ["ficha"]
    inativar, ativar = acoes_de_atividade("jazigos.change_jazigo", "ativo")
    actions = ["inativar", "ativar"]

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        campos = {"fields": ["cemiterio", ("quadra", "lote"), ("tipo", "gavetas"), "observacao", "ativo"]}
        return [(None, campos), *([("Ficha", {"fields": ["ficha"]})] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A jazigo does not move to another cemetery."""
        return [*self.readonly_fields, "cemiterio"] if obj else self.readonly_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        hoje = timezone.localdate()
        vigente = Concessao.objects.filter(
            Q(fim__isnull=True) | Q(fim__gte=hoje), jazigo=OuterRef("pk"), inicio__lte=hoje
        )
        dentro = Sepultamento.objects.filter(jazigo=OuterRef("pk"), exumado_em__isnull=True).order_by()
        quantos = dentro.values("jazigo").annotate(n=Count("pk")).values("n")
        pode = usuario_de(request).has_perm
        linhas: QuerySet[Any] = super().get_queryset(request).annotate(
            pode_conceder=Value(pode("jazigos.add_concessao")),
            pode_contratar=Value(pode("jazigos.add_contratomanutencao")),
            pode_sepultar=Value(pode("jazigos.add_sepultamento")),
            ocupadas=Coalesce(Subquery(quantos), 0),
            nome_titular=Subquery(vigente.values("titular__cliente_varejo")[:1]),
        )  # fmt: skip
        return linhas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        assert isinstance(queryset, JazigoQuerySet)
        return queryset.buscar(search_term), False

    @admin.display(description="gavetas ocupadas")
    def ocupacao(self, jazigo: Any) -> str:
        return f"{jazigo.ocupadas} de {jazigo.gavetas}"

    @admin.display(description="titular de hoje")
    def titular(self, jazigo: Any) -> str:
        return jazigo.nome_titular or "–"

    @admin.display(description="")
    def ficha(self, jazigo: Jazigo) -> SafeString:
        contexto = {
            "jazigo": jazigo,
            "hoje": timezone.localdate(),
            "concessoes": jazigo.concessoes.select_related("titular").order_by("-inicio")[:20],
            "contratos": jazigo.contratos.select_related("titular").order_by("-inicio")[:20],
            "sepultamentos": jazigo.sepultamentos.order_by("gaveta", "-sepultado_em")[:200],
        }
        return mark_safe(render_to_string("jazigos/ficha.html", contexto))
