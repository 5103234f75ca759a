"""Reads of the fiscal ledger: what is alive, the generations of a note, totals that treat void documents as the law does."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from erp.fiscal.estados import CONTAM
from erp.fiscal.models import DocumentoFiscal

TOTAIS_ATE = 50_000  # documents: summing more would make the list wait


class TotalDaSituacao(NamedTuple):
    """`valor` is what counts: zero for void documents, whose notes say `face`."""

    situacao: str
    titulo: str
    quantos: int
    valor: Decimal
    face: Decimal
    conta: bool


def vigentes(documentos: QuerySet[DocumentoFiscal]) -> QuerySet[DocumentoFiscal]:
    """The documents alive: no inverses, and none that has one (`documento_um_estorno`)."""
    inversos = DocumentoFiscal.objects.filter(estorno_de=OuterRef("pk"))
    return documentos.filter(~Exists(inversos), estorno_de__isnull=True)


def geracoes_da_nota(documento: DocumentoFiscal) -> QuerySet[DocumentoFiscal]:
    """All that its note went through, oldest first, inverses left out (`documento_chave`)."""
    mesmas = DocumentoFiscal.objects.filter(chave=documento.chave, numero=documento.numero, estorno_de__isnull=True)
    return mesmas.order_by("geracao").defer("conteudo")


def totais_por_situacao(documentos: QuerySet[Any]) -> Sequence[TotalDaSituacao] | None:
    """How many and how much, by situação, an inverse taking off what it reverses; None when there are too many."""
    ids = documentos.order_by().values("pk")[: TOTAIS_ATE + 1]
    sinal = Case(When(estorno_de__isnull=True, then=Value(1)), default=Value(-1))
    somas = (
        DocumentoFiscal.objects.filter(pk__in=ids)
        .order_by()
        .values("situacao")
        .annotate(
            linhas=Sum(Value(1)),
            quantos=Sum(sinal),
            valor=Sum("valor_total"),
            face=Sum(Coalesce(F("valor_nota"), F("valor_total"))),
        )
    )
    linhas = {linha["situacao"]: linha for linha in somas}
    if sum(linha["linhas"] for linha in linhas.values()) > TOTAIS_ATE:
        return None
    return [
        TotalDaSituacao(situacao, titulo, x["quantos"], x["valor"], x["face"], situacao in CONTAM)
        for situacao, titulo in DocumentoFiscal.Situacao.choices
        if (x := linhas.get(situacao)) and x["quantos"]
    ]
