"""Whether an event that is shown is the one that was sealed: the seal is computed again, from what is on the page."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import connection

from auditoria import serial
from auditoria.trilha.filtro import Visto

_SELOS: Final = """SELECT s.evento, s.sequencia, s.selado_em, s.hash, a.hash FROM auditoria_selo s
    LEFT JOIN auditoria_selo a ON a.sequencia = s.sequencia - 1 WHERE s.evento = ANY(%s)"""


class Prova(StrEnum):
    """What the page says of an event."""

    CONFERE = "confere"
    ESPERA = "espera"
    NAO_CONFERE = "nao_confere"


def provar(vistos: Sequence[Visto]) -> dict[UUID, Prova]:
    """Of each event. The seals are PostgreSQL's, whatever a document of the archive says of itself."""
    with connection.cursor() as cursor:
        cursor.execute(_SELOS, [[v.linha.id for v in vistos]])
        selos = {linha[0]: linha[1:] for linha in cursor.fetchall()}
    provas = {}
    for visto in vistos:
        if (selo := selos.get(visto.linha.id)) is None:
            provas[visto.linha.id] = Prova.NAO_CONFERE if visto.do_arquivo else Prova.ESPERA
            continue
        sequencia, selado_em, hash_, anterior = selo
        feito = serial.selar(bytes(anterior or serial.ZERO), sequencia, selado_em, serial.canonico(visto.linha))
        certo = feito == bytes(hash_) and (not visto.do_arquivo or visto.sequencia == sequencia)
        provas[visto.linha.id] = Prova.CONFERE if certo else Prova.NAO_CONFERE
    return provas
