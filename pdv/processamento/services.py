"""What can be asked of processing as a whole: drain what is pending. What people ask is in `atos`."""

from __future__ import annotations

import time

from django.conf import settings

from filas.drain import Resumo, drenar
from pdv.processamento.notas.drain import DrenoNotas
from pdv.processamento.operacoes.drain import DrenoOperacoes

DESPERTADOR = "pdv.processar"


def drenar_tudo(limite_segundos: float | None = None) -> Resumo:
    """Post everything that is due, operations before notes in every turn. Several may run at once."""
    ate = None if limite_segundos is None else time.monotonic() + limite_segundos
    return drenar([DrenoOperacoes(), DrenoNotas()], limite=settings.PDV_LOTE, ate=ate)
