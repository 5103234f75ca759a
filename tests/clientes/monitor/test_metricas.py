from __future__ import annotations

import pytest
from django.test import Client

from clientes.monitor.metricas import em_prometheus
from tests.clientes.monitor.elenco import escrever, monitorar

pytestmark = pytest.mark.django_db(transaction=True)


def test_metricas_dizem_o_que_espera_e_ha_quanto_tempo() -> None:
    escrever("1")
    escrever("2")
    texto = em_prometheus().decode()
    assert "retaguarda_monitor_mudancas 2.0" in texto
    assert "retaguarda_monitor_atraso_segundos 0.0\n" not in texto
    monitorar()
    texto = em_prometheus().decode()
    assert "retaguarda_monitor_mudancas 0.0" in texto
    assert "retaguarda_monitor_atraso_segundos 0.0\n" in texto


def test_saem_em_metrics() -> None:
    assert "retaguarda_monitor_sem_municipio" in Client().get("/metrics").content.decode()
