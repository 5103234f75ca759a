"""Moments as ranges of primary keys.

Staging and the log only grow, in the order of their ids, so "received on Tuesday" is a range of ids. It is found by
bisection, some thirty probes of one row each, and then served by the primary key: no index on a timestamp, which
every received row would pay for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Model

# Rows are numbered when they are written and dated a moment before: neighbours may be out of order by a little.
FOLGA = timedelta(minutes=10)


class Faixa(NamedTuple):
    """Ids from `inicio` to `fim`, both included. An empty range has `fim < inicio`."""

    inicio: int
    fim: int


def extremos(modelo: type[Model]) -> Faixa | None:
    """The first and the last id of a table, or None when it is empty."""
    ids = modelo._default_manager.order_by("pk").values_list("pk", flat=True)
    primeiro = ids.first()
    ultimo = ids.last()
    return None if primeiro is None or ultimo is None else Faixa(primeiro, ultimo)


def primeiro_id_desde(modelo: type[Model], campo: str, instante: datetime, limites: Faixa) -> int:
    """The smallest id whose `campo` is at or after `instante`, as far as ids follow time; beyond the last, last + 1."""
    baixo, alto = limites.inicio, limites.fim + 1
    linhas = modelo._default_manager.order_by("pk").values_list("pk", campo)
    while baixo < alto:
        meio = (baixo + alto) // 2
        linha = linhas.filter(pk__gte=meio, pk__lt=alto).first()
        if linha is None or linha[1] >= instante:  # nothing from the middle on, or already late enough
            alto = meio
        else:
            baixo = linha[0] + 1
    return baixo


def faixa_do_periodo(modelo: type[Model], campo: str, inicio: datetime | None, fim: datetime | None) -> Faixa:
    """Ids that hold every row with `inicio <= campo < fim`, and a few neighbours: filter by `campo` too."""
    limites = extremos(modelo)
    if limites is None:
        return Faixa(1, 0)
    primeiro = limites.inicio if inicio is None else primeiro_id_desde(modelo, campo, inicio - FOLGA, limites)
    ultimo = limites.fim if fim is None else primeiro_id_desde(modelo, campo, fim + FOLGA, limites) - 1
    return Faixa(primeiro, ultimo)
