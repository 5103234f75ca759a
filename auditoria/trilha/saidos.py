"""Which part of the trail has left PostgreSQL, and may be read from the archive alone."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from auditoria.models import Retirada


def saidos_ate() -> datetime | None:
    """The instant of the newest event that left PostgreSQL with its partition; None while none did."""
    achado: datetime | None = Retirada.objects.aggregate(ate=Max("em_ate"))["ate"]
    return achado
