"""Reads for the pages of consultas."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection

from erp.consultas.models import ConsultaCpf, SaldoConsulta

ANTERIORES: Final = 10
_SERIE: Final = """
SELECT DISTINCT ON (date_trunc(%s, em)) em, saldo FROM consultas_saldo
WHERE provedor = %s AND em > %s ORDER BY date_trunc(%s, em), em DESC
"""


class Periodo(NamedTuple):
    """A stretch of the chart: how many days, and of what stretch the last reading is taken."""

    dias: int
    titulo: str
    passo: str


PERIODOS: Final = (
    Periodo(1, "24 horas", "minute"), Periodo(7, "7 dias", "hour"), Periodo(30, "30 dias", "hour"),
    Periodo(365, "um ano", "day"),
)  # fmt: skip


def serie(provedor: str, periodo: Periodo, agora: datetime) -> list[tuple[datetime, int]]:
    """The last reading of each step, oldest first: at most some hundreds of points."""
    desde = agora - timedelta(days=periodo.dias)
    with connection.cursor() as cursor:
        cursor.execute(_SERIE, [periodo.passo, provedor, desde, periodo.passo])
        return [(em, saldo) for em, saldo in cursor.fetchall()]


def ultimos(provedores: list[str]) -> dict[str, SaldoConsulta]:
    """The last reading of each; they are few."""
    lidos = {p: SaldoConsulta.objects.filter(provedor=p).order_by("-em", "-pk").first() for p in provedores}
    return {p: lido for p, lido in lidos.items() if lido is not None}


def anteriores(consulta: ConsultaCpf) -> list[ConsultaCpf]:
    """What else was asked of the same person, newest first."""
    outras = ConsultaCpf.objects.filter(chave_cpf=consulta.chave_cpf).exclude(pk=consulta.pk)
    return list(outras.select_related("usuario", "resposta").order_by("-pk")[:ANTERIORES])
