"""The routines of the specification that wait for an outside provider: known, listed, off, and saying so when called.

Whoever gives one its body declares it with `@rotina` in its own app and takes its line from here.
"""

from typing import Final

from erp.rotinas.agenda import cada
from erp.rotinas.registro import RotinaNaoConfigurada, rotina

DESCRICAO: Final = "Ainda não configurada: depende de um sistema de fora. Não roda, nem pela agenda nem por pedido."
_FALTAM: Final[tuple[tuple[str, int, str], ...]] = ()  # each has its body now


def nao_configurada() -> None:
    """What stands for the body that is not there: no empty body pretends to have worked."""
    raise RotinaNaoConfigurada


for _caminho, _minutos, _titulo in _FALTAM:
    rotina(_caminho, cada(minutos=_minutos), _titulo, descricao=DESCRICAO, configurada=False)(nao_configurada)
