"""What was changed and nobody told of, for whoever must be told."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models.fields.json import KT
from django.utils import timezone

from auditoria.acoes import SEM_AUTOR, rotulo
from auditoria.models import Evento

MAXIMO: Final = 1_000
TABELAS: Final = 5


def em_palavras(desde: datetime, ate: datetime) -> str:
    """How many, since when and where; empty when there is none. Served by `evento_acao`."""
    achados = list(
        Evento.objects.filter(acao=SEM_AUTOR, em__gt=desde, em__lte=ate)
        .order_by("em")
        .values_list("em", KT("depois__tabela"))[:MAXIMO]
    )
    if not achados:
        return ""
    tabelas = sorted({tabela or "?" for _, tabela in achados})
    onde = ", ".join(tabelas[:TABELAS]) + (f" e mais {len(tabelas) - TABELAS}" if len(tabelas) > TABELAS else "")
    quantas = f"{MAXIMO} ou mais" if len(achados) == MAXIMO else str(len(achados))
    return (
        f"{quantas} de «{rotulo(SEM_AUTOR)}» desde {timezone.localtime(achados[0][0]):%d/%m/%Y %H:%M}, em {onde}. Veja na "
        "auditoria quem mexeu no banco por fora das telas, e por quê."
    )
