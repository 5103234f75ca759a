"""Runs of the Monitor are for looking at, not for ever."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from clientes.models import Varredura

DIAS: Final = 30
NO_MAXIMO: Final = 100_000


def esquecer_varreduras() -> int:
    """Delete those of more than `DIAS` days, and the oldest beyond `NO_MAXIMO`; returns how many."""
    velhas = Varredura.objects.filter(vista_em__lt=timezone.now() - timedelta(days=DIAS)).delete()[0]
    corte = Varredura.objects.order_by("-pk").values_list("pk", flat=True)[NO_MAXIMO : NO_MAXIMO + 1].first()
    return velhas + (Varredura.objects.filter(pk__lte=corte).delete()[0] if corte else 0)
