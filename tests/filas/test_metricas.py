"""What Prometheus reads of the queue."""

from __future__ import annotations

import pytest
from django.test import Client

from filas.fila.contextos import Contexto
from filas.fila.entrada import enfileirar
from filas.fila.motor import enviar
from filas.models import Mensagem
from tests.filas.fila.provas import NOME, Provas

pytestmark = pytest.mark.django_db(transaction=True)


def test_as_metricas_da_fila_dizem_o_que_espera_o_que_falhou_e_o_que_parou(
    client: Client, contextos: dict[str, Contexto]
) -> None:
    contextos[NOME] = Provas(status=422)
    enfileirar(NOME, [("1", {}), ("2", {})])
    enviar()
    enfileirar(NOME, [("3", {})])
    enfileirar("DeOutraVersao", [("1", {})])

    dito = client.get("/metrics").content.decode()

    assert f'retaguarda_fila_pendentes{{contexto="{NOME}"}} 1.0' in dito
    assert f'retaguarda_fila_erros{{causa="HTTP_422",contexto="{NOME}"}} 2.0' in dito
    assert f'retaguarda_fila_parado{{contexto="{NOME}"}} 0.0' in dito
    assert 'retaguarda_fila_parado{contexto="DeOutraVersao"} 1.0' in dito
    assert f'retaguarda_fila_por_hora{{contexto="{NOME}"}} 2.0' in dito
    assert Mensagem.objects.filter(situacao=4).count() == 2
