from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from erp.config import mensageria, saude
from erp.config.transporte import Channel
from tests.erp.config.conftest import Instalacao

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sem_memoria(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[None]:
    monkeypatch.setattr(saude, "_migracoes_aplicadas", False)
    settings.CELERY_BROKER_URL = mensageria.url_no_banco(connection.settings_dict)
    mensageria.preparar_tabelas("celery")
    yield
    for motor, _ in Channel._engines.values():
        motor.dispose()
    Channel._engines.clear()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS kombu_message, kombu_queue")
        cursor.execute("DROP SEQUENCE IF EXISTS message_id_sequence, queue_id_sequence")


def verificacoes(client: Client, status: int) -> dict[str, str]:
    resposta = client.get("/saude/")
    assert resposta.status_code == status, resposta.content
    assert "no-cache" in resposta["Cache-Control"]
    corpo = resposta.json()
    assert corpo["situacao"] == ("ok" if status == 200 else "falha")
    assert set(corpo["verificacoes"]) == {"banco", "migracoes", "corretor"}
    return dict(corpo["verificacoes"])


def test_com_tudo_no_ar_responde_200_a_quem_nao_entrou(client: Client) -> None:
    assert set(verificacoes(client, 200).values()) == {"ok"}


def test_uma_pessoa_ve_uma_pagina_em_portugues(client: Client) -> None:
    pagina = client.get("/saude/", headers={"Accept": "text/html,*/*"})
    assert pagina.status_code == 200 and "Tudo em ordem" in pagina.content.decode()
    assert "verificacoes" in client.get("/saude/?format=json", headers={"Accept": "text/html"}).json()


def test_uma_migracao_por_aplicar_e_503(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions' RETURNING app, name, applied")
        (linha,) = cursor.fetchall()
    try:
        assert verificacoes(client, 503)["migracoes"].startswith("1 migrações por aplicar")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", linha)
    assert verificacoes(client, 200)["migracoes"] == "ok"


def test_o_corretor_fora_do_ar_e_503_e_o_endereco_nao_aparece(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://:segredo@127.0.0.1:1/0"
    visto = verificacoes(client, 503)
    assert visto == {"banco": "ok", "migracoes": "ok", "corretor": "o corretor de mensagens não responde"}
    assert "segredo" not in client.get("/saude/").content.decode()


def test_as_tabelas_do_corretor_por_criar_sao_503(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kombu_message, kombu_queue")
    assert "manage.py preparar" in verificacoes(client, 503)["corretor"]


def test_sem_banco_responde_503_e_nao_500(instalacao: Instalacao) -> None:
    codigo = (
        "from django.test import Client; r = Client().get('/saude/', headers={'host': 'localhost'});"
        "print(r.status_code, r.content.decode())"
    )
    feito = instalacao.python(codigo, DATABASE_URL="postgresql://a:segredo@127.0.0.1:1/b", CELERY_BROKER_URL="")
    assert feito.stdout.startswith("503 ") and "o banco de dados não responde" in feito.stdout, feito.stderr
    assert "segredo" not in feito.stdout
