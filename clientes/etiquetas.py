"""The tags of one customer, those that hold and those that ended, as its pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from clientes.models import Etiqueta, HistoricoEtiqueta

ENCERRADAS = 50  # shown: a page nobody reads to the end is no history


@dataclass(frozen=True)
class Etiquetas:
    """`mais_antigas`: there are ended ones beyond those shown."""

    atuais: list[Etiqueta]
    encerradas: list[HistoricoEtiqueta]
    mais_antigas: bool


def etiquetas_de(codigo: str) -> Etiquetas:
    """Two reads, each by its index: what the customer is, in the order of the types, and what it was, newest first."""
    atuais = list(Etiqueta.objects.filter(codigo_cliente=codigo).order_by("tipo"))
    encerradas = list(HistoricoEtiqueta.objects.filter(codigo_cliente=codigo).order_by("-pk")[: ENCERRADAS + 1])
    return Etiquetas(atuais, encerradas[:ENCERRADAS], len(encerradas) > ENCERRADAS)
