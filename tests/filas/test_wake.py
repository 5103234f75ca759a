import logging

import pytest
from django.db import transaction

from filas import acordar, registrar_despertador
from filas.wake import _despertadores


@pytest.fixture
def acordados():
    """Names woken, in order."""
    chamadas = []
    antes = dict(_despertadores)
    registrar_despertador("a", lambda: chamadas.append("a"))
    registrar_despertador("b", lambda: chamadas.append("b"))
    yield chamadas
    _despertadores.clear()
    _despertadores.update(antes)


@pytest.mark.django_db
def test_so_acorda_depois_do_commit(acordados, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        acordar("a")
        assert acordados == []
    assert acordados == ["a"]


@pytest.mark.django_db
def test_acorda_uma_vez_por_transacao_e_nome(acordados, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            acordar("a")
            acordar("b")
    assert acordados == ["a", "b"]


@pytest.mark.django_db(transaction=True)
def test_cada_transacao_acorda_de_novo(acordados):
    for _ in range(2):
        with transaction.atomic():
            acordar("a")
    assert acordados == ["a", "a"]


@pytest.mark.django_db(transaction=True)
def test_fora_de_transacao_acorda_na_hora(acordados):
    acordar("a")
    assert acordados == ["a"]


@pytest.mark.django_db(transaction=True)
def test_savepoint_desfeito_nao_engole_o_despertar_de_fora(acordados):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            acordar("a")
            raise ZeroDivisionError
        acordar("a")
    assert acordados == ["a"]


@pytest.mark.django_db(transaction=True)
def test_despertar_de_fora_vale_mesmo_que_o_savepoint_seguinte_se_desfaca(acordados):
    with transaction.atomic():
        acordar("a")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            acordar("a")
            raise ZeroDivisionError
    assert acordados == ["a"]


@pytest.mark.django_db(transaction=True)
def test_transacao_desfeita_nao_acorda_ninguem(acordados):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        acordar("a")
        raise ZeroDivisionError
    assert acordados == []


@pytest.mark.django_db(transaction=True)
def test_corretor_fora_do_ar_nao_derruba_quem_acorda(acordados, caplog):
    def falhar():
        raise ConnectionError("broker is down")

    registrar_despertador("a", falhar)
    with caplog.at_level(logging.WARNING, "filas.wake"), transaction.atomic():
        acordar("a")
        acordar("b")
    assert acordados == ["b"]
    assert "despertador 'a' falhou" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_nome_sem_dono_fica_no_log(acordados, caplog):
    with caplog.at_level(logging.ERROR, "filas.wake"):
        acordar("ninguem")
    assert "Ninguém registrou o despertador 'ninguem'" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_com_intervalo_um_chamado_vale_por_todos_ate_ele_passar(acordados, monkeypatch):
    agora = [100.0]
    monkeypatch.setattr("filas.wake.time.monotonic", lambda: agora[0])
    registrar_despertador("c", lambda: acordados.append("c"), intervalo=1)
    for momento in (100.0, 100.4, 100.99, 101.0, 101.5, 103.0):
        agora[0] = momento
        with transaction.atomic():
            acordar("c")
    assert acordados == ["c"] * 3  # at 100, 101 and 103
