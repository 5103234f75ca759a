"""The search of lists whose rows are of one employee: by who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest

from erp.colaboradores.models import Colaborador

if TYPE_CHECKING:
    from erp.acesso.admin_base import AdminBase

    _Base = AdminBase
else:
    _Base = object

ACHADOS = 500  # people with the words of a search


class BuscaPorColaborador(_Base):
    """Mixin: put it before the admin's own class. Who it is is asked first, so that the rows come by their index."""

    busca_reservada = True
    search_fields = ("colaborador",)  # shows the box
    search_help_text = "Palavras do nome, matrícula ou CPF inteiro do colaborador"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        achados = Colaborador.objects.buscar(search_term).values_list("pk", flat=True)
        return queryset.filter(colaborador__in=list(achados[:ACHADOS])), False
