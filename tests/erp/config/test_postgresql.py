from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outra() -> Iterator[psycopg2.extensions.connection]:
    dados = connection.get_connection_params()
    conexao = psycopg2.connect(host=dados["host"], user=dados["user"], dbname=connection.settings_dict["NAME"])
    conexao.autocommit = True
    yield conexao
    conexao.close()


def _pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _ultima_pergunta(outra: psycopg2.extensions.connection, pid: int) -> str:
    with outra.cursor() as cursor:
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid])
        return str(cursor.fetchone()[0])


def test_uma_conexao_calada_esta_boa_sem_que_se_pergunte(outra: psycopg2.extensions.connection) -> None:
    pid = _pid()
    assert connection.is_usable()
    assert _ultima_pergunta(outra, pid) == "SELECT pg_backend_pid()"


def test_depois_de_um_erro_a_pergunta_e_feita(outra: psycopg2.extensions.connection) -> None:
    pid = _pid()
    connection.errors_occurred = True
    assert connection.is_usable()
    assert _ultima_pergunta(outra, pid) == "SELECT 1"


def test_a_conexao_que_o_servidor_encerrou_nao_serve_e_a_proxima_e_outra(
    outra: psycopg2.extensions.connection,
) -> None:
    pid = _pid()
    with outra.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert not connection.is_usable()
    connection.health_check_enabled = True  # type: ignore[attr-defined]  # Django's own; the stubs lack it
    connection.health_check_done = False  # type: ignore[attr-defined]  # the same
    assert _pid() != pid, "o pedido seguinte se conecta de novo, sem erro"


def test_fechada_nao_serve() -> None:
    _pid()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
    assert not connection.is_usable()
