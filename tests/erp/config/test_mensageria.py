from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from kombu import Connection
from pytest_django import Settings
from sqlalchemy import make_url

from erp.config import mensageria
from erp.config.transporte import Channel, Transport

FILA = "fila_de_teste"


@pytest.mark.parametrize(
    ("banco", "esperado"),
    [
        (
            {"USER": "postgres", "HOST": "/dados/com espaço", "NAME": "retaguarda"},
            {"username": "postgres", "query": {"host": "/dados/com espaço"}, "database": "retaguarda"},
        ),
        (
            {"USER": "r@x", "PASSWORD": "s:/@#%", "HOST": "10.0.0.5", "PORT": 5433, "NAME": "loja/1"},
            {"username": "r@x", "password": "s:/@#%", "host": "10.0.0.5", "port": 5433, "database": "loja/1"},
        ),
        (
            {"USER": "r", "HOST": "::1", "NAME": "r", "OPTIONS": {"sslmode": "require", "isolation_level": 3}},
            {"host": "::1", "query": {"sslmode": "require"}},
        ),
        (
            {"HOST": "/run/pg", "PORT": "6432", "NAME": "r"},
            {"username": None, "query": {"host": "/run/pg", "port": "6432"}},
        ),
    ],
)
def test_a_url_do_corretor_diz_o_mesmo_banco_ao_sqlalchemy(banco: dict[str, Any], esperado: dict[str, Any]) -> None:
    lida = make_url(mensageria.url_no_banco(banco).removeprefix(mensageria.PREFIXO_NO_BANCO))
    visto = {nome: getattr(lida, nome) for nome in esperado}
    assert visto | {"query": dict(lida.query)} == esperado | {"query": esperado.get("query", {})}


@pytest.fixture
def corretor(settings: Settings, transactional_db: None) -> Iterator[Connection]:
    """The broker on the database of this test, its tables made by us, and taken away after."""
    settings.CELERY_BROKER_URL = mensageria.url_no_banco(connection.settings_dict)
    mensageria.instalar()
    mensageria.preparar_tabelas(FILA)
    with Connection(settings.CELERY_BROKER_URL) as aberto:
        yield aberto
    for motor, _ in Channel._engines.values():
        motor.dispose()
    Channel._engines.clear()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kombu_message, kombu_queue; DROP SEQUENCE message_id_sequence, queue_id_sequence")


def contar() -> tuple[int, int]:
    """Messages kept: (to deliver, delivered)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FILTER (WHERE visible), count(*) FILTER (WHERE NOT visible) FROM kombu_message")
        linha = cursor.fetchone()
    assert linha is not None
    return int(linha[0]), int(linha[1])


def test_o_entregue_e_apagado_e_o_pendente_fica(corretor: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mensageria, "POR_VEZ", 2)  # so that more than one slice is needed
    fila = corretor.SimpleQueue(FILA)
    for numero in range(7):
        fila.put({"n": numero})
    lidas = [fila.get(timeout=5) for _ in range(5)]
    for mensagem in lidas:
        mensagem.ack()
    assert sorted(m.payload["n"] for m in lidas) == [0, 1, 2, 3, 4]
    assert contar() == (2, 5)
    assert mensageria.limpar_mensagens_entregues() == 5
    assert contar() == (2, 0)
    assert mensageria.limpar_mensagens_entregues() == 0
    assert fila.get(timeout=5).payload == {"n": 5}
    fila.close()


def test_preparar_as_tabelas_de_novo_nao_perde_mensagens(corretor: Connection) -> None:
    fila = corretor.SimpleQueue(FILA)
    fila.put({"n": 1})
    mensageria.preparar_tabelas(FILA)
    assert contar() == (1, 0) and mensageria.tabelas_existem()
    fila.close()


def test_sem_as_tabelas_a_limpeza_nao_faz_nada(settings: Settings, transactional_db: None) -> None:
    settings.CELERY_BROKER_URL = mensageria.url_no_banco(connection.settings_dict)
    assert not mensageria.tabelas_existem()
    assert mensageria.limpar_mensagens_entregues() == 0


def test_com_outro_corretor_o_banco_nao_e_tocado(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    mensageria.preparar_tabelas(FILA)
    assert mensageria.limpar_mensagens_entregues() == 0


def test_um_processo_filho_usa_conexoes_suas(corretor: Connection) -> None:
    """Were the parent's socket used by the child too, the parent's next answer would be the child's, or nothing."""
    fila = corretor.SimpleQueue(FILA)
    fila.put({"de": "pai"})
    filho = os.fork()
    if filho == 0:  # nothing of pytest may run here: leave by _exit, whatever happens
        try:
            with Connection(mensageria.url_no_banco(connection.settings_dict), transport=Transport) as propria:
                propria.SimpleQueue(FILA).put({"de": "filho"})
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(filho, 0)[1]) == 0
    assert [fila.get(timeout=5).payload["de"] for _ in range(2)] == ["pai", "filho"]
    fila.close()
