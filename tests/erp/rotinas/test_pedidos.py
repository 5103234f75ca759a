import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.rotinas import tasks
from erp.rotinas.models import Execucao
from erp.rotinas.registro import RotinaDesconhecida
from erp.rotinas.services import DESPERTADOR, executar_pendentes, solicitar_execucao
from filas import registrar_despertador
from filas.wake import _despertadores

Situacao = Execucao.Situacao


@pytest.fixture(autouse=True)
def acordados(monkeypatch):
    monkeypatch.setitem(_despertadores, DESPERTADOR, lambda: None)
    chamadas = []
    registrar_despertador(DESPERTADOR, lambda: chamadas.append(1))
    return chamadas


@pytest.fixture
def ana(db):
    return User.objects.create_user("ana", password="x")


def test_pedir_grava_audita_e_acorda_depois_do_commit(declarar, ana, acordados, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        execucao = solicitar_execucao(caminho=declarar(lambda: None), por=ana, motivo="adiantar o lote")
        assert acordados == []
    assert acordados == [1]
    assert (execucao.situacao, execucao.iniciada_por) == (Situacao.PENDENTE, "usuario:ana")
    evento = Evento.objects.get(acao="rotinas.execucao_solicitada")
    assert (evento.motivo, evento.depois) == ("adiantar o lote", {"rotina": "Teste/Fazer"})


def test_o_pedido_roda_quando_um_trabalhador_chega(declarar, ana):
    feitas = []
    execucao = solicitar_execucao(caminho=declarar(lambda: feitas.append(1)), por=ana, motivo="adiantar")
    assert executar_pendentes() == 1
    execucao.refresh_from_db()
    assert (execucao.situacao, feitas) == (Situacao.SUCESSO, [1])
    assert executar_pendentes() == 0


def test_o_pedido_roda_mesmo_que_o_aviso_se_perca(declarar, ana):
    """Whatever message comes next, of whatever schedule, finds what was asked for."""
    execucao = solicitar_execucao(caminho=declarar(lambda: None), por=ana, motivo="adiantar")
    tasks.executar("filas/limpar_mensagens")
    execucao.refresh_from_db()
    assert execucao.situacao == Situacao.SUCESSO


def test_um_pedido_da_mesma_rotina_de_cada_vez(declarar, ana):
    caminho = declarar(lambda: None)
    solicitar_execucao(caminho=caminho, por=ana, motivo="adiantar")
    with pytest.raises(ErroDefinitivo, match="já há um pedido"):
        solicitar_execucao(caminho=caminho, por=ana, motivo="adiantar")


def test_rotina_que_nao_ha_nao_se_pede(ana):
    with pytest.raises(RotinaDesconhecida):
        solicitar_execucao(caminho="nao/ha", por=ana, motivo="adiantar")


@pytest.mark.django_db
def test_pedido_de_rotina_que_saiu_do_codigo_vira_erro():
    execucao = Execucao.objects.create(rotina="Teste/Sumida", situacao=Situacao.PENDENTE, iniciada_por="x")
    assert executar_pendentes() == 1
    execucao.refresh_from_db()
    assert execucao.situacao == Situacao.ERRO and "Teste/Sumida" in execucao.erro


def test_pedido_de_rotina_em_curso_e_pulado_e_o_seguinte_roda(declarar, ana, settings):
    settings.ROTINA_SIMULTANEAS = 2
    agora = timezone.now()
    Execucao.objects.create(rotina="Teste/Fazer", iniciada_por="x", iniciada_em=agora, heartbeat=agora)
    pulada = solicitar_execucao(caminho=declarar(lambda: None), por=ana, motivo="adiantar")
    outra = solicitar_execucao(caminho=declarar(lambda: None, "Teste/Outra"), por=ana, motivo="adiantar")
    assert executar_pendentes() == 2
    pulada.refresh_from_db()
    outra.refresh_from_db()
    assert (pulada.situacao, outra.situacao) == (Situacao.PULADA, Situacao.SUCESSO)


@pytest.mark.django_db(transaction=True)
def test_dois_trabalhadores_nao_tomam_o_mesmo_pedido(declarar, ana):
    feitas = []
    for n in range(4):
        caminho = declarar(lambda n=n: feitas.append(n), f"Teste/Fazer{n}", titulo=f"Fazer {n}")
        solicitar_execucao(caminho=caminho, por=ana, motivo="adiantar")
    largada, tomadas = threading.Barrier(2), []

    def trabalhar():
        largada.wait()
        try:
            tomadas.append(executar_pendentes())
        finally:
            connection.close()

    threads = [threading.Thread(target=trabalhar) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(feitas) == [0, 1, 2, 3] and sum(tomadas) == 4


@pytest.mark.django_db(transaction=True)
def test_pedido_desfeito_nao_acorda_ninguem(declarar, acordados):
    ana = User.objects.create_user("ana", password="x")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        solicitar_execucao(caminho=declarar(lambda: None), por=ana, motivo="adiantar")
        raise ZeroDivisionError
    assert acordados == [] and not Execucao.objects.exists()


@pytest.mark.django_db
def test_a_tarefa_do_celery_so_acorda(declarar):
    """A message of a schedule that is not due runs nothing: beat may send too early, too late, or twice."""
    caminho = declarar(lambda: None)
    tasks.executar(caminho)
    tasks.executar(caminho)
    assert not Execucao.objects.exists()
