"""Cemeteries, jazigos, who holds them, and the maintenance contracts with all that was charged by them.

Guarantees (tested in `tests/erp/jazigos`, the last two also by `tests/invariantes.py`):
- one concession and one maintenance contract at most are in force on a jazigo on any day: the database refuses another;
- a gaveta holds one burial at a time;
- what was charged of a competência and each adjustment are rows that never change;
- one charge per contract, competência and version, each version with the title that its number names.
"""

from erp.jazigos.models.cemiterio import Cemiterio, Indice, ParametrosManutencao, RegraRateio
from erp.jazigos.models.cobranca import Cobranca, Reajuste
from erp.jazigos.models.contrato import ContratoManutencao
from erp.jazigos.models.indice import IndiceMensal
from erp.jazigos.models.jazigo import Concessao, Jazigo, Sepultamento

__all__ = [
    "Cemiterio",
    "Cobranca",
    "Concessao",
    "ContratoManutencao",
    "Indice",
    "IndiceMensal",
    "Jazigo",
    "ParametrosManutencao",
    "Reajuste",
    "RegraRateio",
    "Sepultamento",
]
