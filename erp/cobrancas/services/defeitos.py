"""An answer that we cannot work stops its own charge, and no other of its batch."""

from __future__ import annotations

from traceback import extract_tb
from typing import Final

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError

from erp.provedores.erros import FalhaDefinitiva

log = structlog.get_logger(__name__)
_DO_PROVEDOR: Final = "cobranca_do_provedor"  # the constraint: one charge for each number of a provider

# What one answer may cause. A connection that broke, a lock that was waited for, a fence that was lost: not of these.
DEFEITOS: Final = (
    IntegrityError, DataError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, ObjectDoesNotExist,
)  # fmt: skip


def como_falha(defeito: Exception) -> FalhaDefinitiva:
    """What a person is told. The defect's own text may hold personal data: only where it happened is logged."""
    restricao = getattr(getattr(defeito.__cause__, "diag", None), "constraint_name", None) or ""
    if restricao == _DO_PROVEDOR:
        return FalhaDefinitiva("NUMERO_REPETIDO", "o número que o provedor deu já é de outra")
    passos = extract_tb(defeito.__traceback__)
    onde = f"{passos[-1].filename}:{passos[-1].lineno}" if passos else ""
    log.error("cobrancas.defeito", tipo=type(defeito).__name__, restricao=restricao, onde=onde)
    o_que = restricao or type(defeito).__name__
    return FalhaDefinitiva("NAO_SE_GRAVOU", f"o que o provedor respondeu não se pôde gravar ({o_que})")
