"""What a routine tells, what is kept of it, and what a simulation leaves behind."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from auditoria.services import Ator
from erp.rotinas import contexto as modulo
from erp.rotinas.contexto import Contexto, ExecucaoPerdida
from erp.rotinas.models import Execucao, ItemExecucao
from erp.rotinas.registro import DO_DIA
from erp.rotinas.services import executar

Situacao = Execucao.Situacao
BEAT = Ator("sistema", "agenda")
CPF = "529.982.247-25"


def rodar(declarar, funcao, **opcoes):
    declaracao = {nome: opcoes.pop(nome) for nome in ("referencia", "simulavel") if nome in opcoes}
    return executar(declarar(funcao, **declaracao), iniciada_por=BEAT, **opcoes)


@pytest.mark.django_db
def test_linhas_dinheiro_e_falhas_ficam_com_a_execucao_mascarados(declarar):
    def fazer(contexto):
        contexto.registrar(f"li o cliente {CPF}")
        contexto.registrar("e o seguinte")
        contexto.somar("suspenso", Decimal("10.10"))
        contexto.somar("suspenso", Decimal("0.2"))
        contexto.somar("nada", Decimal(0))
        contexto.falhar("contrato", "7", f"titular {CPF} sem título")

    execucao = rodar(declarar, fazer)
    assert execucao.situacao == Situacao.SUCESSO_COM_FALHAS
    assert (execucao.contagens, execucao.valores) == ({"falhas": 1}, {"suspenso": "10.30"})
    assert [linha.texto for linha in execucao.linhas.all()] == ["li o cliente ***.982.247-**", "e o seguinte"]
    (falha,) = execucao.itens.all()
    assert (falha.falha, falha.objeto, falha.objeto_id) == (True, "contrato", "7")
    assert falha.descricao == "titular ***.982.247-** sem título"


@pytest.mark.django_db
def test_os_itens_de_uma_execucao_de_verdade_nao_se_guardam(declarar):
    assert not rodar(declarar, lambda contexto: contexto.item("contrato", "1", "um")).itens.exists()


@pytest.mark.django_db
def test_guarda_os_primeiros_e_conta_todos(declarar, monkeypatch):
    monkeypatch.setattr(modulo, "ITENS_MAXIMO", 3)
    monkeypatch.setattr(modulo, "LINHAS_MAXIMO", 2)

    def fazer(contexto):
        for n in range(5):
            contexto.item("contrato", str(n), "um")
            contexto.falhar("contrato", str(n), "um")
            contexto.registrar(str(n))

    execucao = rodar(declarar, fazer, simulavel=True, simulacao=True)
    assert execucao.contagens == {"falhas": 5}
    assert [(i.falha, i.objeto_id) for i in execucao.itens.order_by("-falha", "id")] == [
        (True, "0"), (True, "1"), (True, "2"), (False, "0"), (False, "1"), (False, "2"),
    ]  # fmt: skip
    assert [linha.texto for linha in execucao.linhas.all()] == ["0", "1"]


@pytest.mark.django_db
def test_o_que_se_registrou_antes_de_falhar_fica(declarar):
    def fazer(contexto):
        contexto.registrar("comecei")
        raise ValueError("parou")

    execucao = rodar(declarar, fazer)
    assert execucao.situacao == Situacao.ERRO and execucao.linhas.get().texto == "comecei"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("erro", [None, ValueError("parou")])
def test_a_simulacao_desfaz_o_que_gravou_e_guarda_quem_seria_atingido(declarar, erro):
    depois = []

    def fazer(contexto):
        assert contexto.simulacao
        with transaction.atomic():
            Execucao.objects.create(rotina="Teste/Efeito", situacao=Situacao.PENDENTE, iniciada_por="x")
            transaction.on_commit(lambda: depois.append(1))
            contexto.confirmar()
        contexto.item("contrato", "9", "Fulana", Decimal("99.90"))
        contexto.registrar("um contrato")
        if erro:
            raise erro

    execucao = rodar(declarar, fazer, simulavel=True, simulacao=True)
    assert execucao.situacao == (Situacao.ERRO if erro else Situacao.SUCESSO) and execucao.simulacao
    assert depois == [] and not Execucao.objects.filter(rotina="Teste/Efeito").exists()
    item = execucao.itens.get()
    assert (item.objeto_id, item.descricao, item.valor, item.falha) == ("9", "Fulana", Decimal("99.90"), False)
    assert execucao.linhas.get().texto == "um contrato"


@pytest.mark.django_db
def test_simular_nao_conta_como_feita_nem_e_impedida_por_ela(declarar):
    feitas = []
    caminho = declarar(lambda contexto: feitas.append(contexto.simulacao), referencia=DO_DIA, simulavel=True)
    for simulacao in (True, False, True, False):
        executar(caminho, iniciada_por=BEAT, simulacao=simulacao)
    assert feitas == [True, False, True]
    assert Execucao.objects.latest("pk").situacao == Situacao.PULADA


@pytest.mark.django_db
def test_a_que_diz_que_o_dia_nao_acabou_termina_bem_e_nao_impede_a_da_agenda(declarar):
    feitas = []

    def fazer(contexto):
        feitas.append(contexto.referencia)
        if len(feitas) < 3:
            contexto.nao_encerrar("ainda é cedo")

    caminho = declarar(fazer, referencia=DO_DIA)
    dia = date(2026, 11, 22)
    fins = [executar(caminho, iniciada_por=BEAT, referencia=dia) for _ in range(4)]
    assert [f.situacao for f in fins] == [Situacao.SUCESSO] * 3 + [Situacao.PULADA] and feitas == [dia] * 3
    assert [f.referencia for f in fins] == [None, None, dia, dia]


@pytest.mark.django_db
def test_uma_simulacao_corre_ao_lado_da_execucao(declarar):
    agora = timezone.now()
    caminho = declarar(lambda contexto: None, simulavel=True)
    Execucao.objects.create(rotina=caminho, iniciada_por="x", iniciada_em=agora, heartbeat=agora)
    assert executar(caminho, iniciada_por=BEAT, simulacao=True).situacao == Situacao.SUCESSO
    assert executar(caminho, iniciada_por=BEAT).situacao == Situacao.PULADA


@pytest.mark.django_db
@pytest.mark.parametrize("fim", [Situacao.ERRO, Situacao.INTERROMPIDA, Situacao.SUCESSO_COM_FALHAS, Situacao.PULADA])
def test_so_o_que_terminou_bem_impede_outra_da_mesma_referencia(declarar, fim):
    dia = date(2026, 11, 22)
    caminho = declarar(lambda contexto: None, referencia=DO_DIA)
    Execucao.objects.create(rotina=caminho, referencia=dia, situacao=fim, iniciada_por="x", terminada_em=timezone.now())
    feita = executar(caminho, iniciada_por=BEAT, referencia=dia)
    assert feita.situacao == Situacao.SUCESSO
    repetida = executar(caminho, iniciada_por=BEAT, referencia=dia)
    assert repetida.situacao == Situacao.PULADA and str(feita.pk) in repetida.erro
    assert executar(caminho, iniciada_por=BEAT, referencia=dia + timedelta(days=1)).situacao == Situacao.SUCESSO


@pytest.mark.django_db
def test_sem_referencia_o_dia_e_o_da_agenda_ou_hoje(declarar):
    dias = []
    caminho = declarar(lambda contexto: dias.append(contexto.referencia))
    executar(caminho, iniciada_por=BEAT, agendada_para=timezone.now() - timedelta(days=3))
    executar(caminho, iniciada_por=BEAT)
    hoje = timezone.localdate()
    assert dias == [hoje - timedelta(days=3), hoje]


@pytest.mark.django_db(transaction=True)
def test_a_cerca_nao_deixa_dar_por_perdida_quem_esta_dentro_dela(declarar):
    """Both ways: who gives up waits for the commit, and the sign of life does not."""
    agora = timezone.now()
    execucao = Execucao.objects.create(rotina="Teste/Fazer", iniciada_por="x", iniciada_em=agora, heartbeat=agora)
    outra = connection.copy()
    with transaction.atomic():
        Contexto(execucao.pk).confirmar()
        with outra.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            cursor.execute("UPDATE rotinas_execucao SET heartbeat = now() WHERE id = %s", [execucao.pk])
            assert cursor.rowcount == 1
            cursor.execute("SELECT 1 FROM rotinas_execucao WHERE id = %s FOR UPDATE SKIP LOCKED", [execucao.pk])
            assert cursor.fetchone() is None
    outra.close()
    Execucao.objects.update(situacao=Situacao.INTERROMPIDA, terminada_em=agora)
    with pytest.raises(ExecucaoPerdida), transaction.atomic():
        Contexto(execucao.pk).confirmar()
    assert not ItemExecucao.objects.exists()
