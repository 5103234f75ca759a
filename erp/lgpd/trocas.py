"""What most sources do when they anonymise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

import pgtrigger
from django.db import connection
from django.db.models import Q, QuerySet

from auditoria.sensivel import sensivel
from auditoria.services import registrar
from erp.lgpd.fontes import Troca
from erp.lgpd.pessoa import Pessoa

POR_VEZ: Final = 2_000


def em_partes(linhas: QuerySet[Any]) -> Iterator[list[Any]]:
    """The rows of a query in its order, some at a time: what a person has is never in memory at once, however much it is."""
    lidas = linhas.iterator(chunk_size=POR_VEZ)
    while parte := list(islice(lidas, POR_VEZ)):
        yield parte


def apagar_campos(consulta: Callable[[Pessoa], QuerySet[Any]], **valores: Any) -> Callable[[Troca], int]:
    """Write these values over the fields, in the rows where any says otherwise."""

    def anonimizar(troca: Troca) -> int:
        ainda = Q()
        for campo, valor in valores.items():
            ainda |= ~Q(**{f"{campo}__isnull": True}) if valor is None else ~Q(**{campo: valor})
        return consulta(troca.pessoa).order_by().filter(ainda).update(**valores)

    return anonimizar


def apagar_linhas(consulta: Callable[[Pessoa], QuerySet[Any]]) -> Callable[[Troca], int]:
    """Delete the rows."""

    def anonimizar(troca: Troca) -> int:
        achadas = consulta(troca.pessoa).order_by()
        return int(achadas._raw_delete(achadas.db))  # no row of these is pointed to

    return anonimizar


def trocar_codigos(modelo: Any, campo: str, troca: Troca) -> int:
    """In every row, a code that was a document becomes the one that says nothing."""
    return sum(modelo.objects.filter(**{campo: velho}).update(**{campo: novo}) for velho, novo in troca.codigos.items())


@sensivel("lgpd.linhas_anonimizadas")
def registrar_linhas(modelo: Any, quantas: int, troca: Troca) -> None:
    """Of one kind of thing, how many were changed: no table changes without an event that tells of it."""
    registrar(
        acao="lgpd.linhas_anonimizadas", ator=troca.ator, objeto=modelo._meta.label_lower, depois={"linhas": quantas}
    )  # fmt: skip


@contextmanager
def sem_gatilho(modelo: Any, nome: str) -> Iterator[None]:
    """Let one append-only table be written over in this transaction: only what the law orders forgotten."""
    gatilho = next(t for t in modelo._meta.triggers if t.name == nome)
    pgid = gatilho.get_pgid(modelo)
    assert isinstance(gatilho, pgtrigger.Trigger)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore', true)")
        antes = cursor.fetchone()[0] or ""
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + pgid + "}"])
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [antes or "{}"])
