"""The Monitor as metrics, read from the database when they are asked for: it runs in another process."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from clientes.monitor import selectors


class _Monitor(Collector):
    def collect(self) -> Iterator[Metric]:
        quadro = selectors.quadro()
        atraso = quadro.atraso.total_seconds() if quadro.atraso else 0.0
        for nome, ajuda, valor in (
            ("mudancas", "Mudanças de clientes à espera (até 10.000)", quadro.mudancas.quantos),
            ("reenvios", "Clientes notados para reenvio (até 10.000)", quadro.reenvios_na_espera.quantos),
            ("postas_de_lado", "Mudanças postas de lado", quadro.postas_de_lado.quantos),
            ("sem_municipio", "Mensagens com erro por falta do município (até 10.000)", quadro.sem_municipio.quantos),
            ("sem_pais", "Mensagens com erro por falta do país (até 10.000)", quadro.sem_pais.quantos),
            ("atraso_segundos", "Idade da mudança mais velha à espera", atraso),
        ):
            yield GaugeMetricFamily(f"retaguarda_monitor_{nome}", ajuda, value=valor)


def em_prometheus() -> bytes:
    """In Prometheus' text format; empty when the database does not answer."""
    registro = CollectorRegistry()
    try:
        registro.register(_Monitor())
        return generate_latest(registro)
    except DatabaseError:
        return b""
