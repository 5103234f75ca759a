"""What is still to be posted in a stretch of days: told before a period is closed.

The registers know no ledger and no till: whoever holds work that has a date says here, from `AppConfig.ready`, how to
count it.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

MAXIMO = 100_000  # counted of each; past that "more than" says enough


class Pendencia(NamedTuple):
    """`descricao` in the plural (`operações com erro`); `ha_mais` when counting stopped at `MAXIMO`."""

    descricao: str
    quantas: int
    valor: Decimal
    url: str
    ha_mais: bool = False


Contador = Callable[[date, date], Iterable[Pendencia]]
_contadores: dict[str, Contador] = {}


def registrar_pendencias(nome: str, contador: Contador) -> None:
    """Make pending work known; the same name again replaces it. `contador` takes both ends of the days, included."""
    _contadores[nome] = contador


def pendencias_entre(inicio: date, fim: date) -> list[Pendencia]:
    """What is not yet posted of these days; nothing where there is nothing."""
    return [p for contador in _contadores.values() for p in contador(inicio, fim) if p.quantas]
