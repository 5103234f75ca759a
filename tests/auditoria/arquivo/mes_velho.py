"""A month that is over, sealed then, in digests and in the archive; and two events of today."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from auditoria import particoes
from auditoria.arquivo.remessa import remeter
from auditoria.arquivo.retencao import Retencao, reter
from auditoria.particoes import mes
from auditoria.resumo import fazer_pendentes
from auditoria.selador import selar
from tests.auditoria.elenco import escrever, escrever_em, selar_em

ANTIGOS = 6  # the seals of the month before: 1 to 3 of one day, 4 to 6 of the next
INICIO = mes(mes(timezone.now()) - timedelta(days=1))
VELHA = f"auditoria_evento_{INICIO:%Y_%m}"


def montar() -> None:
    """A partition of the month before, with what is in it, and two events of today; all of it archived."""
    with connection.cursor() as cursor:
        particoes.criar(cursor, INICIO)
    for dias in (4, 3):
        quando = particoes.seguinte(INICIO) - timedelta(days=dias)
        escrever_em(quando, ANTIGOS // 2)
        selar_em(quando + timedelta(minutes=1))
    fazer_pendentes()
    escrever(2)
    selar()
    assert not remeter().erro


def depois() -> datetime:
    """When the month before is over for more than a day, on its last day too."""
    return timezone.now() + timedelta(days=2)


def retirar(**como: Any) -> Retencao:
    """What the routine does then, and asks for a lock again at once."""
    return reter(agora=depois(), dormir=lambda _: None, **como)
