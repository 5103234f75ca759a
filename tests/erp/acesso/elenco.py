"""What the trail has of who read in full what the others see masked."""

from __future__ import annotations

from auditoria.acoes import DADO_VISTO
from auditoria.models import Evento


def leituras() -> list[tuple[str, str, str]]:
    """Who, and of which row: its model and its name."""
    return list(Evento.objects.filter(acao=DADO_VISTO).order_by("em", "pk").values_list("ator", "objeto", "objeto_id"))
