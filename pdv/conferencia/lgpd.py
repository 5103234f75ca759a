"""Why the day's comparison has no source."""

from __future__ import annotations

from erp.lgpd.fontes import dispensar

dispensar(
    {
        "conferencia.Manifesto": "Somas e números de operações de um dia.",
        "conferencia.DiaConferido": "Somas e números de operações de um dia.",
    }
)
