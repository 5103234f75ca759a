"""The routines as metrics, read from the database when they are asked for: they run in other processes."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from erp.rotinas import selectors
from erp.rotinas.models import AlarmeRotina


class _Rotinas(Collector):
    def collect(self) -> Iterator[Metric]:
        quadro = selectors.quadro()
        parada = quadro.parada_ha.total_seconds() if quadro.parada_ha else 0.0
        yield _um("parada_segundos", "Há quanto tempo ninguém olha as agendas; 0 quando há quem olhe", parada)
        yield _um("esperando", "Execuções que nenhum trabalhador tomou ainda", quadro.esperando)
        yield _um("em_curso", "Execuções em curso", len(quadro.em_curso))
        alarmes = GaugeMetricFamily(
            "retaguarda_rotinas_alarme", "Vezes de cada alarme aberto", labels=["rotina", "alarme"]
        )
        for alarme in quadro.alarmes:
            tipo = AlarmeRotina.Tipo(alarme.tipo).name.lower()
            alarmes.add_metric([alarme.rotina, tipo], alarme.vezes)
        yield alarmes
        sucessos = GaugeMetricFamily(
            "retaguarda_rotinas_ultimo_sucesso_segundos", "Há quanto tempo cada rotina terminou bem", labels=["rotina"]
        )
        agora = timezone.now()
        for caminho, em in sorted(selectors.ultimos_sucessos().items()):
            sucessos.add_metric([caminho], (agora - em).total_seconds())
        yield sucessos


def _um(nome: str, ajuda: str, valor: float) -> Metric:
    return GaugeMetricFamily(f"retaguarda_rotinas_{nome}", ajuda, value=valor)


def em_prometheus() -> bytes:
    """In Prometheus' text format; empty when the database does not answer."""
    registro = CollectorRegistry()
    try:
        registro.register(_Rotinas())
        return generate_latest(registro)
    except DatabaseError:
        return b""
