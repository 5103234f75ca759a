"""The time limit, and who is given up: their commits are refused, their connections closed."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from erp.rotinas.contexto import ExecucaoPerdida, TempoEsgotado
from erp.rotinas.models import AlarmeRotina, Execucao
from erp.rotinas.registro import DO_DIA
from erp.rotinas.services import executar, executar_pendentes, interromper_mortas, pulso
from erp.rotinas.services.limpeza import SEM_SINAL, TENTATIVAS

pytestmark = pytest.mark.django_db(transaction=True)
Situacao = Execucao.Situacao


@pytest.fixture(autouse=True)
def depressa(monkeypatch):
    monkeypatch.setattr(pulso, "SEGUNDOS_ENTRE_SINAIS", 0.1)


def efeitos():
    return Execucao.objects.filter(rotina="Teste/Efeito").count()


def gravar():
    Execucao.objects.create(rotina="Teste/Efeito", situacao=Situacao.PENDENTE, iniciada_por="x")


def esperar_ate(condicao):
    fim = time.monotonic() + 20
    while not condicao() and time.monotonic() < fim:
        time.sleep(0.02)


def rodar(declarar, funcao, **opcoes):
    return executar(declarar(funcao, limite=timedelta(seconds=0.3), **opcoes), iniciada_por="x")


def test_o_comando_que_nao_acaba_e_cortado_e_a_execucao_termina_em_erro(declarar):
    def demorar():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    inicio = time.monotonic()
    execucao = rodar(declarar, demorar)
    assert time.monotonic() - inicio < 30
    assert execucao.situacao == Situacao.ERRO
    assert execucao.erro == "Passou do tempo limite de 0,3 s e foi encerrada."
    assert AlarmeRotina.objects.get().tipo == AlarmeRotina.Tipo.FALHOU
    assert not Execucao.objects.filter(situacao=Situacao.PENDENTE).exists(), "não se tenta de novo o que não cabe"


def test_o_que_estava_sem_commit_nao_fica_mesmo_de_quem_nao_olha_a_cerca(declarar):
    def teimar(contexto):
        with transaction.atomic():
            gravar()
            esperar_ate(lambda: Execucao.objects.get(pk=contexto.execucao_id).situacao == Situacao.ERRO)

    assert rodar(declarar, teimar).situacao == Situacao.ERRO
    assert efeitos() == 0


def test_depois_do_limite_a_cerca_recusa_numa_conexao_nova(declarar):
    recusas = []

    def insistir(contexto):
        gravar()
        esperar_ate(lambda: contexto._esgotado)
        for _ in range(20):
            if TempoEsgotado in recusas:
                return
            try:
                with transaction.atomic():
                    gravar()
                    contexto.confirmar()
            except (OperationalError, ExecucaoPerdida) as erro:
                recusas.append(type(erro))
                connection.close()

    assert rodar(declarar, insistir).situacao == Situacao.ERRO
    assert efeitos() == 1 and TempoEsgotado in recusas


def test_quem_se_demora_dentro_da_cerca_e_posto_para_fora(declarar):
    """The fence holds the row: whoever keeps it past the limit loses its connection first."""

    def parar_no_meio(contexto):
        with transaction.atomic():
            gravar()
            contexto.confirmar()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(60)")

    inicio = time.monotonic()
    assert rodar(declarar, parar_no_meio).situacao == Situacao.ERRO
    assert efeitos() == 0 and time.monotonic() - inicio < 30


def congelada(declarar, **opcoes):
    """A run frozen within a transaction, on a connection of its own, with no sign of life; how to thaw it, and its end."""
    dentro, descongelar, fim = threading.Event(), threading.Event(), []

    def fazer(contexto):
        with transaction.atomic():
            gravar()
            contexto.confirmar()
            dentro.set()
            descongelar.wait(30)

    caminho = declarar(fazer, **opcoes)

    def viver():
        try:
            fim.append(executar(caminho, iniciada_por="x"))
        finally:
            connections.close_all()

    thread = threading.Thread(target=viver)
    thread.start()
    dentro.wait(20)
    return thread, descongelar, fim


@pytest.fixture
def sem_pulso(monkeypatch):
    """As a process that is stopped: its thread of signs of life is stopped too."""
    monkeypatch.setattr(pulso, "SEGUNDOS_ENTRE_SINAIS", 3600.0)


def test_a_congelada_que_acorda_depois_de_largada_nao_grava_nada(declarar, sem_pulso):
    thread, descongelar, fim = congelada(declarar)
    execucao = Execucao.objects.get(situacao=Situacao.EXECUTANDO)
    Execucao.objects.filter(pk=execucao.pk).update(heartbeat=timezone.now() - 2 * SEM_SINAL)
    esperar_ate(lambda: interromper_mortas() == 1)
    descongelar.set()
    thread.join()
    assert fim[0].situacao == Situacao.INTERROMPIDA and efeitos() == 0
    retomada = Execucao.objects.get(situacao=Situacao.PENDENTE)
    assert (retomada.tentativa, retomada.iniciada_por) == (2, f"retomada:{execucao.pk}")


def test_dar_por_perdida_nao_espera_por_quem_congelou_dentro_da_cerca(declarar, sem_pulso):
    thread, descongelar, _ = congelada(declarar)
    Execucao.objects.update(heartbeat=timezone.now() - 2 * SEM_SINAL)
    inicio = time.monotonic()
    esperar_ate(lambda: interromper_mortas() == 1)
    assert time.monotonic() - inicio < 10
    descongelar.set()
    thread.join()


def test_a_conexao_que_herdou_o_numero_nao_e_fechada(declarar):
    """A backend's number is used again: the moment it began tells one from another."""
    agora = timezone.now()
    outra = connection.copy()
    with outra.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (numero,) = cursor.fetchone()
    Execucao.objects.create(
        rotina=declarar(lambda: None),
        iniciada_por="x",
        iniciada_em=agora,
        heartbeat=agora - 2 * SEM_SINAL,
        conexao=numero,
        conexao_desde=agora - timedelta(days=1),
    )
    assert interromper_mortas() == 1
    with outra.cursor() as cursor:
        cursor.execute("SELECT 1")
    outra.close()


def test_a_interrompida_e_retomada_para_a_mesma_referencia_ate_tres_vezes(declarar):
    caminho = declarar(lambda contexto: None, referencia=DO_DIA)
    dia = timezone.localdate() - timedelta(days=1)
    agora = timezone.now()
    Execucao.objects.create(
        rotina=caminho, referencia=dia, iniciada_por="x", iniciada_em=agora, heartbeat=agora - 2 * SEM_SINAL
    )
    for tentativa in range(2, TENTATIVAS + 1):
        assert interromper_mortas() == 1
        nova = Execucao.objects.get(situacao=Situacao.PENDENTE)
        assert (nova.tentativa, nova.referencia) == (tentativa, dia)
        campos = {"situacao": Situacao.EXECUTANDO, "iniciada_em": agora, "heartbeat": agora - 2 * SEM_SINAL}
        Execucao.objects.filter(pk=nova.pk).update(**campos)
    assert interromper_mortas() == 1
    assert not Execucao.objects.filter(situacao=Situacao.PENDENTE).exists(), "à terceira, espera uma pessoa"
    assert AlarmeRotina.objects.get().vezes == TENTATIVAS


def test_batida_do_sistema_interrompida_nao_se_retoma(declarar):
    agora = timezone.now()
    caminho = declarar(lambda: None, guardar_vazias=False)
    Execucao.objects.create(rotina=caminho, iniciada_por="x", iniciada_em=agora, heartbeat=agora - 2 * SEM_SINAL)
    assert interromper_mortas() == 1 and not Execucao.objects.filter(situacao=Situacao.PENDENTE).exists()


def test_erro_de_conexao_se_tenta_de_novo_e_de_rotina_nao(declarar):
    def cair(contexto):
        contexto.registrar("antes")
        if Execucao.objects.get(pk=contexto.execucao_id).tentativa < TENTATIVAS:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    primeira = executar(declarar(cair), iniciada_por="x")
    assert primeira.situacao == Situacao.ERRO and primeira.linhas.get().texto == "antes"
    assert executar_pendentes() == 2
    assert [e.situacao for e in Execucao.objects.order_by("pk")] == [Situacao.ERRO, Situacao.ERRO, Situacao.SUCESSO]
    assert executar(declarar(lambda: 1 / 0, "Teste/Outra"), iniciada_por="x").situacao == Situacao.ERRO
    assert executar_pendentes() == 0


def test_o_relogio_que_voltou_nao_deixa_uma_morta_viva_para_sempre(declarar):
    agora = timezone.now()
    futuro = agora + timedelta(hours=3)
    Execucao.objects.create(
        rotina=declarar(lambda: None), iniciada_por="x", iniciada_em=futuro, heartbeat=futuro, criada_em=futuro
    )
    assert interromper_mortas() == 1
