"""Who already is in the register."""

from collections.abc import Iterable
from typing import NamedTuple

from clientes.models import Cliente


class Dono(NamedTuple):
    """Who has a document."""

    codigo: str
    nome: str


def donos_de(documentos: Iterable[str]) -> dict[str, list[Dono]]:
    """Document (letters and digits only) -> the nationals that have it, newest first (§3.8)."""
    procurados = {documento for documento in documentos if documento}
    donos: dict[str, list[Dono]] = {}
    if procurados:
        achados = Cliente.objects.filter(documento__in=procurados, estrangeiro=0).order_by("-cadastramento")
        for documento, codigo, nome in achados.values_list("documento", "codigo_cliente", "cliente_varejo"):
            donos.setdefault(documento, []).append(Dono(codigo, nome))
    return donos


def outro_dono(documento: str, codigo: str) -> Dono | None:
    """Another national with this document, if any."""
    return next((dono for dono in donos_de([documento]).get(documento, []) if dono.codigo != codigo), None)
