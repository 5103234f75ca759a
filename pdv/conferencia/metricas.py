"""The board as metrics, read from the database when they are asked for: the routine runs in another process."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pdv.conferencia import selectors
from pdv.conferencia.models import DiaConferido, Toque

TOQUES_CONTADOS = 10_000


class _Quadro(Collector):
    def collect(self) -> Iterator[Metric]:
        agora = timezone.now()
        abertos = DiaConferido.objects.exclude(situacao=DiaConferido.Situacao.CONFERE).order_by()
        contados = dict(abertos.values_list("situacao").annotate(total=Count("pk")))
        dias = GaugeMetricFamily("retaguarda_conferencia_dias", "Dias que não conferem", labels=["situacao"])
        for situacao in DiaConferido.Situacao:
            if situacao != DiaConferido.Situacao.CONFERE:
                dias.add_metric([situacao.name.lower()], contados.get(situacao, 0))
        yield dias
        resumo = selectors.resumir(None, agora)
        for nome, ajuda, valor in (
            ("atrasados", "Dias passados que não conferem e ninguém aceitou", resumo.atrasados),
            ("pdvs_calados", "PDVs sem contato", len(resumo.calados)),
            ("contingencias", "Notas em contingência a transmitir", resumo.contingencias),
            ("nao_lancado_reais", "Dinheiro ainda não lançado", float(resumo.nao_lancado)),  # a gauge is a float
            ("toques", "Mudanças à espera da rotina", Toque.objects.all()[:TOQUES_CONTADOS].count()),
        ):
            yield GaugeMetricFamily(f"retaguarda_conferencia_{nome}", ajuda, value=valor)


def em_prometheus() -> bytes:
    """In Prometheus' text format; empty when the database does not answer."""
    registro = CollectorRegistry()
    try:
        registro.register(_Quadro())
        return generate_latest(registro)
    except DatabaseError:
        return b""
