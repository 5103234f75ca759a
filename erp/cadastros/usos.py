"""Who knows a register's row: what must not be deleted any more.

The ledgers keep plain numbers and foreign keys without constraint, so the database alone would let a row go that
thousands of entries name. Each ledger says here, from `AppConfig.ready`, how to find out.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Model


class Uso(NamedTuple):
    """`descricao` goes after "já tem" (`movimentos de estoque`); `existe` answers for one row."""

    descricao: str
    existe: Callable[[Any], bool]


_usos: dict[type[Model], dict[str, Uso]] = {}


def registrar_uso(modelo: type[Model], descricao: str, existe: Callable[[Any], bool]) -> None:
    """Make a use known; the same description again replaces it."""
    _usos.setdefault(modelo, {})[descricao] = Uso(descricao, existe)


def usos_de(objeto: Model) -> list[str]:
    """What knows this row, described; empty: nobody does, and it may be deleted."""
    return [uso.descricao for uso in _usos.get(type(objeto), {}).values() if uso.existe(objeto)]
