"""The tables of planos.

Guarantees (each is a function of `tests/erp/planos/invariantes.py`, among those of every flow):
- a contract's state is that of its last change; each change says who, when, why, and by which execution;
- the titles of a contract are its instalments: numbered from 0 without a gap, each on the contract's day;
- a cancelled contract has nothing open that falls due after it was cancelled, but what was paid in part;
- changes and notices never change and never disappear: the database refuses UPDATE, DELETE and TRUNCATE.
"""

from erp.planos.models.aviso import AvisoContratacao
from erp.planos.models.contratacao import Contratacao, Situacao
from erp.planos.models.mudanca import MudancaContratacao
from erp.planos.models.pessoas import Dependente, Obito, Parentesco
from erp.planos.models.plano import ParametrosDePlano, Plano

__all__ = [
    "AvisoContratacao",
    "Contratacao",
    "Dependente",
    "MudancaContratacao",
    "Obito",
    "ParametrosDePlano",
    "Parentesco",
    "Plano",
    "Situacao",
]
