"""Finding the people of contracts."""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from erp.cadastros.documentos import limpar
from erp.cadastros.textos import palavras
from erp.planos.models import Dependente


def buscar_dependentes(termo: str, entre: QuerySet[Dependente] | None = None) -> QuerySet[Dependente]:
    """Those with words that begin with these in their names, or with this whole CPF; each question has its index."""
    todos = Dependente.objects.all() if entre is None else entre
    achados = Q(cpf=limpo) & ~Q(cpf="") if len(limpo := limpar(termo)) == 11 else Q(pk__in=[])
    if consulta := " & ".join(f"{palavra}:*" for palavra in palavras(termo)):
        todos = todos.alias(vetor=SearchVector("busca", config="simple"))
        achados |= Q(vetor=SearchQuery(consulta, config="simple", search_type="raw"))
    return todos.filter(achados)
