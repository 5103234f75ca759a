"""A routine never runs over itself, and every run tells how it ended."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from auditoria.models import Evento
from auditoria.services import Ator
from erp.rotinas import contexto as modulo_contexto
from erp.rotinas.contexto import ExecucaoPerdida
from erp.rotinas.models import Execucao
from erp.rotinas.registro import RotinaDesconhecida
from erp.rotinas.services import esquecer_execucoes, executar, interromper_mortas, pulso
from erp.rotinas.services.limpeza import SEM_SINAL

Situacao = Execucao.Situacao
BEAT = Ator("sistema", "agenda")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("opcoes", "contagens", "acoes"),
    [
        ({"sensivel": True}, {"suspensos": 2}, ["rotinas.executada"]),
        (
            {"simulavel": True},
            {"suspensos": 2},
            ["rotinas.executada"],
        ),  # what can be simulated touches contracts or money
        ({"sensivel": True}, {}, []),
        ({"sensivel": True}, "quebra", ["rotinas.execucao_falhou"]),
        ({}, {"suspensos": 2}, []),
    ],
)
def test_a_execucao_de_uma_rotina_sensivel_que_fez_algo_ou_falhou_e_um_evento(declarar, opcoes, contagens, acoes):
    executar(declarar(lambda: contagens, **opcoes), iniciada_por=BEAT)
    eventos = list(Evento.objects.all())
    assert [(e.acao, e.ator_tipo, e.ator) for e in eventos] == [(acao, "rotina", "Teste/Fazer") for acao in acoes]
    for evento in eventos:
        assert evento.depois["contagens"] == (contagens if isinstance(contagens, dict) else {})


@pytest.mark.django_db
def test_sucesso_guarda_contagens_quem_e_quando(declarar):
    def fazer(contexto):
        contexto.contar("lidas", 3)
        contexto.contar("lidas")
        contexto.contar("nenhuma", 0)
        return {"gravadas": 2}

    execucao = executar(declarar(fazer), iniciada_por=BEAT)
    assert (execucao.situacao, execucao.contagens) == (Situacao.SUCESSO, {"lidas": 4, "gravadas": 2})
    assert (execucao.rotina, execucao.iniciada_por, execucao.erro) == ("Teste/Fazer", "sistema:agenda", "")
    assert execucao.iniciada_em <= execucao.terminada_em


@pytest.mark.django_db
def test_o_caminho_vale_em_qualquer_caixa_e_a_execucao_guarda_o_declarado(declarar):
    declarar(lambda: None)
    assert executar("TESTE/FAZER", iniciada_por="x").rotina == "Teste/Fazer"


@pytest.mark.django_db
def test_rotina_que_nao_ha_e_erro_e_nao_deixa_linha():
    with pytest.raises(RotinaDesconhecida):
        executar("nao/ha", iniciada_por=BEAT)
    assert not Execucao.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_excecao_vira_erro_com_o_rastro_mascarado_e_nao_sai(declarar):
    def falhar(contexto):
        contexto.contar("lidas")
        with transaction.atomic():
            raise ValueError("cliente 529.982.247-25 sem endereço")

    execucao = executar(declarar(falhar), iniciada_por=BEAT)
    assert execucao.situacao == Situacao.ERRO and execucao.contagens == {"lidas": 1}
    assert "ValueError: cliente ***.982.247-** sem endereço" in execucao.erro
    assert "529.982.247-25" not in execucao.erro
    assert executar("Teste/Fazer", iniciada_por=BEAT).situacao == Situacao.ERRO, "a seguinte não foi impedida"


@pytest.mark.django_db(transaction=True)
def test_conexao_morta_no_meio_ainda_deixa_registrar_o_erro(declarar):
    def matar_a_conexao():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    execucao = executar(declarar(matar_a_conexao), iniciada_por=BEAT)
    assert execucao.situacao == Situacao.ERRO
    assert "OperationalError" in execucao.erro
    assert executar("Teste/Fazer", iniciada_por=BEAT).situacao == Situacao.ERRO


@pytest.mark.django_db
@pytest.mark.parametrize("devolvido", ["texto", 3, {"a": "b"}, [1]])
def test_devolver_outra_coisa_que_contagens_e_erro(declarar, devolvido):
    assert executar(declarar(lambda: devolvido), iniciada_por=BEAT).situacao == Situacao.ERRO


@pytest.mark.django_db(transaction=True)
def test_duas_ao_mesmo_tempo_uma_trabalha_e_a_outra_e_pulada(declarar):
    """Two real connections: six callers at once, one works, five are recorded as skipped."""
    largada, dentro, pode_sair = threading.Barrier(6), [], threading.Event()

    def fazer():
        dentro.append(1)
        pode_sair.wait(10)

    caminho = declarar(fazer)
    fins = []

    def chamar():
        largada.wait()
        try:
            fins.append(executar(caminho, iniciada_por=BEAT))
            if len(fins) == 5:
                pode_sair.set()
        finally:
            connection.close()

    threads = [threading.Thread(target=chamar) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(dentro) == 1
    assert sorted(e.situacao for e in fins) == [Situacao.SUCESSO] + [Situacao.PULADA] * 5
    (trabalhou,) = [e for e in fins if e.situacao == Situacao.SUCESSO]
    pulada = next(e for e in fins if e.situacao == Situacao.PULADA)
    assert pulada.erro == f"A execução {trabalhou.pk} desta rotina ainda estava em curso."
    assert Execucao.objects.count() == 6


@pytest.mark.django_db
def test_o_banco_recusa_duas_em_curso():
    def em_curso():
        agora = timezone.now()
        return Execucao.objects.create(rotina="Teste/Fazer", iniciada_por="x", iniciada_em=agora, heartbeat=agora)

    em_curso()
    with pytest.raises(IntegrityError, match="execucao_uma_por_rotina"), transaction.atomic():
        em_curso()


@pytest.mark.django_db
def test_duas_rotinas_diferentes_rodam_juntas(declarar):
    dentro = []

    def de_fora():
        dentro.append(executar("Teste/Outra", iniciada_por=BEAT).situacao)

    declarar(lambda: None, "Teste/Outra", titulo="Outra")
    assert executar(declarar(de_fora), iniciada_por=BEAT).situacao == Situacao.SUCESSO
    assert dentro == [Situacao.SUCESSO]


@pytest.mark.django_db
def test_a_que_se_chama_a_si_mesma_e_pulada(declarar):
    dentro = []

    def de_novo():
        dentro.append(executar("Teste/Fazer", iniciada_por=BEAT).situacao)

    executar(declarar(de_novo), iniciada_por=BEAT)
    assert dentro == [Situacao.PULADA]


@pytest.mark.django_db
def test_o_mesmo_horario_roda_uma_vez_so(declarar):
    feitas = []
    caminho = declarar(lambda: feitas.append(1))
    horario = timezone.now()
    primeira = executar(caminho, iniciada_por=BEAT, agendada_para=horario)
    assert executar(caminho, iniciada_por=BEAT, agendada_para=horario) == primeira
    executar(caminho, iniciada_por=BEAT, agendada_para=horario + timedelta(minutes=8))
    assert len(feitas) == 2 and Execucao.objects.count() == 2


def morta(minutos):
    quando = timezone.now() - timedelta(minutes=minutos)
    return Execucao.objects.create(rotina="Teste/Fazer", iniciada_por="x", iniciada_em=quando, heartbeat=quando)


@pytest.mark.django_db
def test_a_que_morreu_e_interrompida_e_da_lugar(declarar):
    velha = morta(minutos=3)
    assert executar(declarar(lambda: None), iniciada_por=BEAT).situacao == Situacao.SUCESSO
    velha.refresh_from_db()
    assert velha.situacao == Situacao.INTERROMPIDA and velha.terminada_em is not None
    assert "Sem sinal de vida" in velha.erro


@pytest.mark.django_db
def test_a_que_ainda_da_sinal_nao_e_interrompida(declarar):
    viva = morta(minutos=1)
    assert executar(declarar(lambda: None), iniciada_por=BEAT).situacao == Situacao.PULADA
    assert interromper_mortas() == 0
    viva.refresh_from_db()
    assert viva.situacao == Situacao.EXECUTANDO


@pytest.mark.django_db(transaction=True)
def test_a_cerca_impede_o_commit_de_quem_foi_dado_por_morto(declarar):
    def fazer(contexto):
        with transaction.atomic():
            Execucao.objects.create(rotina="Teste/Efeito", situacao=Situacao.PENDENTE, iniciada_por="x")
            Execucao.objects.filter(pk=contexto.execucao_id).update(heartbeat=timezone.now() - 2 * SEM_SINAL)
            interromper_mortas()
            contexto.confirmar()

    execucao = executar(declarar(fazer), iniciada_por=BEAT)
    assert execucao.situacao in (Situacao.ERRO, Situacao.INTERROMPIDA)
    assert not Execucao.objects.filter(rotina="Teste/Efeito").exists()
    with pytest.raises(ExecucaoPerdida):
        modulo_contexto.Contexto(morta(3).pk + 1000).confirmar()


@pytest.mark.django_db(transaction=True)
def test_terminar_depois_de_interrompida_nao_apaga_a_interrupcao(declarar):
    def demorar(contexto):
        Execucao.objects.filter(pk=contexto.execucao_id).update(heartbeat=timezone.now() - 2 * SEM_SINAL)
        interromper_mortas()

    assert executar(declarar(demorar), iniciada_por=BEAT).situacao == Situacao.INTERROMPIDA


@pytest.mark.django_db(transaction=True)
def test_o_sinal_de_vida_vem_de_outra_conexao_enquanto_a_rotina_trabalha(declarar, monkeypatch):
    monkeypatch.setattr(pulso, "SEGUNDOS_ENTRE_SINAIS", 0.05)
    visto = []

    def trabalhar(contexto):
        esta = Execucao.objects.get(pk=contexto.execucao_id)
        prazo = timezone.now() + timedelta(seconds=10)
        while timezone.now() < prazo and not visto:
            agora = Execucao.objects.get(pk=contexto.execucao_id).heartbeat
            if agora > esta.heartbeat:
                visto.append(agora)

    assert executar(declarar(trabalhar), iniciada_por=BEAT).situacao == Situacao.SUCESSO
    assert visto


@pytest.mark.django_db
def test_batidas_que_nao_acham_nada_deixam_so_a_ultima(declarar):
    trabalho = [0, 0, 2, 0, 0]
    caminho = declarar(lambda: {"feitas": trabalho.pop(0)}, guardar_vazias=False)
    for _ in range(5):
        executar(caminho, iniciada_por=BEAT)
    assert [e.contagens for e in Execucao.objects.order_by("pk")] == [{"feitas": 2}, {}]


@pytest.mark.django_db
def test_sem_pedir_nada_se_esquece(declarar):
    caminho = declarar(lambda: None)
    for _ in range(3):
        executar(caminho, iniciada_por=BEAT)
    assert Execucao.objects.count() == 3


@pytest.mark.django_db
def test_esquecer_apaga_as_velhas_terminadas_e_so_elas():
    velha, agora = timezone.now() - timedelta(days=91), timezone.now()
    fim = {"iniciada_por": "x", "situacao": Situacao.SUCESSO, "terminada_em": agora}
    Execucao.objects.create(rotina="velha", criada_em=velha, **fim)
    Execucao.objects.create(rotina="nova", **fim)
    Execucao.objects.create(rotina="pendente", criada_em=velha, iniciada_por="x", situacao=Situacao.PENDENTE)
    Execucao.objects.create(rotina="em curso", criada_em=velha, iniciada_em=velha, heartbeat=agora, iniciada_por="x")
    assert esquecer_execucoes() == 1
    assert not Execucao.objects.filter(rotina="velha").exists()
