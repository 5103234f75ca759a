"""The queue as metrics, read from the database when they are asked for: who sends is another process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from filas.contagens import erros_por_causa
from filas.estado import Retrato, retratos

_FIGURAS: tuple[tuple[str, str, Callable[[Retrato, datetime], float]], ...] = (
    ("pendentes", "Mensagens à espera (até 10.001)", lambda r, _: r.pendentes),
    ("enviando", "Mensagens sendo enviadas", lambda r, _: r.enviando),
    ("por_hora", "Tentativas na última hora (amostra)", lambda r, _: r.por_hora),
    ("falhas_seguidas", "Falhas seguidas do destino", lambda r, _: r.estado.falhas_seguidas),
    ("parado", "1 quando nada sai: em pausa, sem configuração, ou de um contexto que ninguém registrou",
     lambda r, _: r.parado),
    ("atraso_segundos", "Idade da mensagem mais velha à espera",
     lambda r, agora: (agora - r.mais_antiga).total_seconds() if r.mais_antiga else 0.0),
)  # fmt: skip


class _Fila(Collector):
    def collect(self) -> Iterator[Metric]:
        agora, contextos = timezone.now(), retratos()
        for nome, ajuda, figura in _FIGURAS:
            medida = GaugeMetricFamily(f"retaguarda_fila_{nome}", ajuda, labels=["contexto"])
            for retrato in contextos:
                medida.add_metric([retrato.nome], float(figura(retrato, agora)))
            yield medida
        erros = GaugeMetricFamily(
            "retaguarda_fila_erros", "Mensagens em erro (até 10.000)", labels=["contexto", "causa"]
        )
        for grupo in erros_por_causa():
            erros.add_metric([grupo.contexto, grupo.causa], grupo.n)
        yield erros


def em_prometheus() -> bytes:
    """In Prometheus' text format; empty when the database does not answer."""
    registro = CollectorRegistry()
    try:
        registro.register(_Fila())
        return generate_latest(registro)
    except DatabaseError:
        return b""
