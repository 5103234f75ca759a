"""The preview: what processing would do to rows, computed by the drain itself in a transaction that is rolled back.

Nothing of it stays: no row, no log, no wake-up, no audit event. What it costs is short locks and a gap in sequences.
"""

from pdv.processamento.previa.previsao import prever
from pdv.processamento.previa.valores import (
    Desfecho,
    Entrada,
    LinhaPrevista,
    Par,
    Previa,
    PreviaOcupada,
    Resumo,
    Tipo,
    Total,
)

__all__ = [
    "Desfecho", "Entrada", "LinhaPrevista", "Par", "Previa", "PreviaOcupada", "Resumo", "Tipo", "Total", "prever",
]  # fmt: skip
