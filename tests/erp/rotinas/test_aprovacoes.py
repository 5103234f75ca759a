"""Runs that touch many wait for a second person."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from auditoria.models import Evento
from auditoria.services import Ator
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.models import Aprovacao
from erp.acesso.services import aprovar, recusar
from erp.acesso.services.aprovacoes import VALIDADE
from erp.rotinas import registro
from erp.rotinas.admin.ficha_da_execucao import frase
from erp.rotinas.models import AlarmeRotina, Execucao
from erp.rotinas.registro import DO_DIA, obter
from erp.rotinas.services import executar, executar_pendentes, solicitar_execucao, vencer_aprovacoes
from erp.rotinas.services.limpeza import pedir_de_novo

pytestmark = pytest.mark.django_db
Situacao = Execucao.Situacao
BEAT = Ator("sistema", "agenda")
DIA = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def limiar(settings):
    settings.ROTINA_APROVACAO_ACIMA = 2


def pessoa(login, *permissoes):
    quem = User.objects.create_user(login, password="x")
    quem.user_permissions.set(Permission.objects.filter(codename__in=permissoes))
    return quem


@pytest.fixture
def ana(db):
    return pessoa("ana", "decidir_aprovacao", "aprovar_execucao", "executar_rotina")


@pytest.fixture
def bia(db):
    return pessoa("bia", "decidir_aprovacao", "aprovar_execucao")


@pytest.fixture
def suspender(declarar):
    """Suspends as many as `quantos` says; what it did is in `feitas`."""

    class Rotina:
        caminho: str
        quantos = 3
        feitas: list

    rotina = Rotina()
    rotina.feitas = []

    def fazer(contexto):
        for n in range(rotina.quantos):
            contexto.item("contrato", str(n), f"contrato {n}", Decimal("99.90"))
        valor = Decimal("99.90") * rotina.quantos
        contexto.exigir_aprovacao(rotina.quantos, f"{rotina.quantos} contratos seriam suspensos", valor)
        rotina.feitas.append(contexto.referencia)
        contexto.contar("suspensos", rotina.quantos)

    rotina.caminho = declarar(fazer, referencia=DO_DIA, simulavel=True, titulo="Suspender planos")
    return rotina


def rodar(rotina, dia=DIA):
    return executar(rotina.caminho, iniciada_por=BEAT, referencia=dia)


def test_ate_o_limite_ninguem_precisa_aprovar(suspender):
    suspender.quantos = 2
    assert rodar(suspender).situacao == Situacao.SUCESSO and suspender.feitas == [DIA]


def test_acima_dele_nada_e_feito_e_fica_o_pedido_com_quem_seria_atingido(suspender):
    execucao = rodar(suspender)
    assert (execucao.situacao, suspender.feitas) == (Situacao.AGUARDA_APROVACAO, [])
    assert execucao.itens.count() == 3 and execucao.erro == "3 contratos seriam suspensos"
    aprovacao = execucao.aprovacao
    assert (aprovacao.solicitada_por, aprovacao.solicitante) == (None, "rotina:Teste/Fazer")
    assert aprovacao.descricao == "Suspender planos: 3 contratos seriam suspensos"
    assert (aprovacao.dados["quantos"], aprovacao.dados["valor"]) == (3, "299.70")
    assert AlarmeRotina.objects.get().tipo == AlarmeRotina.Tipo.APROVACAO
    assert Evento.objects.filter(acao="acesso.aprovacao_solicitada").count() == 1


def test_aprovada_roda_para_a_mesma_referencia_e_uma_vez(suspender, bia):
    esperava = rodar(suspender)
    aprovar(aprovacao=esperava.aprovacao, por=bia, motivo="conferi")
    assert executar_pendentes() == 1
    assert suspender.feitas == [DIA]
    nova = Execucao.objects.latest("pk")
    assert (nova.situacao, nova.referencia, nova.aprovacao_id) == (Situacao.SUCESSO, DIA, esperava.aprovacao_id)
    esperava.refresh_from_db()
    assert esperava.situacao == Situacao.PULADA and str(nova.pk) in esperava.erro
    assert esperava.aprovacao.situacao == Aprovacao.Situacao.CONSUMIDA
    assert not AlarmeRotina.objects.filter(encerrado_em=None).exists()
    assert rodar(suspender).situacao == Situacao.PULADA, "a referência já foi feita"


def test_aprovada_para_tantos_nao_vale_para_mais(suspender, bia):
    aprovar(aprovacao=rodar(suspender).aprovacao, por=bia, motivo="conferi")
    suspender.quantos = 4
    executar_pendentes()
    assert suspender.feitas == []
    nova = Execucao.objects.latest("pk")
    assert nova.situacao == Situacao.AGUARDA_APROVACAO and nova.aprovacao.dados["quantos"] == 4
    assert nova.aprovacao.situacao == Aprovacao.Situacao.PENDENTE


def test_aprovada_para_um_dia_nao_vale_para_outro(suspender, bia):
    aprovar(aprovacao=rodar(suspender).aprovacao, por=bia, motivo="conferi")
    outra = rodar(suspender, date(2026, 11, 23))
    assert outra.situacao == Situacao.AGUARDA_APROVACAO


def test_recusada_nada_e_feito_e_fica_dito(suspender, bia):
    esperava = rodar(suspender)
    recusar(aprovacao=esperava.aprovacao, por=bia, motivo="banco fora do ar")
    esperava.refresh_from_db()
    assert esperava.situacao == Situacao.PULADA and esperava.erro == "Aprovação recusada por bia: banco fora do ar"
    assert executar_pendentes() == 0 and suspender.feitas == []


def test_de_rotina_que_saiu_do_sistema_so_se_recusa(suspender, bia):
    esperava = rodar(suspender)
    registro._rotinas.pop(suspender.caminho.lower())
    with pytest.raises(ErroDefinitivo, match="não existe mais no sistema"):
        aprovar(aprovacao=esperava.aprovacao, por=bia, motivo="conferi")
    recusar(aprovacao=esperava.aprovacao, por=bia, motivo="a rotina acabou")
    esperava.refresh_from_db()
    assert esperava.situacao == Situacao.PULADA


def test_duas_vezes_sem_decisao_e_um_pedido_so(suspender, bia):
    primeira, segunda = rodar(suspender), rodar(suspender)
    assert primeira.aprovacao_id == segunda.aprovacao_id and Aprovacao.objects.count() == 1
    aprovar(aprovacao=primeira.aprovacao, por=bia, motivo="conferi")
    executar_pendentes()
    assert suspender.feitas == [DIA]
    assert not Execucao.objects.filter(situacao=Situacao.AGUARDA_APROVACAO).exists()


def test_sem_decisao_em_sete_dias_termina_como_perdida_com_alarme_e_a_proxima_pede_de_novo(suspender, bia):
    esperava = rodar(suspender)
    rodar(suspender)  # two waited for the same request
    with time_machine.travel(timezone.now() + VALIDADE - timedelta(minutes=1), tick=False):
        assert vencer_aprovacoes() == 0
    with time_machine.travel(timezone.now() + VALIDADE + timedelta(minutes=1), tick=False):
        assert executar("rotinas/executar_pendentes", iniciada_por=BEAT).contagens["aprovacoes_vencidas"] == 1
        esperava.refresh_from_db()
        assert esperava.situacao == Situacao.PERDIDA and "Ninguém decidiu o pedido" in esperava.erro
        assert frase(esperava) == "Nada foi feito: a aprovação que esperava venceu sem ninguém decidir."
        assert not Execucao.objects.filter(situacao=Situacao.AGUARDA_APROVACAO).exists()
        alarme = AlarmeRotina.objects.get(encerrado_em=None)
        assert (alarme.tipo, "nada foi feito" in alarme.texto) == (AlarmeRotina.Tipo.PERDIDA, True)
        assert vencer_aprovacoes() == 0 and suspender.feitas == []

        de_novo = rodar(suspender)
        assert de_novo.situacao == Situacao.AGUARDA_APROVACAO and de_novo.aprovacao_id != esperava.aprovacao_id
        aprovar(aprovacao=de_novo.aprovacao, por=bia, motivo="conferi")
        executar_pendentes()
    assert suspender.feitas == [DIA]


def test_pedido_vencido_que_da_lugar_a_outro_encerra_quem_esperava_por_ele(suspender):
    esperava = rodar(suspender)
    with time_machine.travel(timezone.now() + VALIDADE + timedelta(minutes=1), tick=False):
        de_novo = rodar(suspender)  # before any tick saw that the first was over
    esperava.refresh_from_db()
    assert (esperava.situacao, de_novo.situacao) == (Situacao.PERDIDA, Situacao.AGUARDA_APROVACAO)
    tipos = AlarmeRotina.objects.filter(encerrado_em=None).values_list("tipo", flat=True)
    assert set(tipos) == {AlarmeRotina.Tipo.PERDIDA, AlarmeRotina.Tipo.APROVACAO}


def test_vence_a_de_um_dia_e_a_do_outro_continua_a_espera(suspender):
    with time_machine.travel(timezone.now() - VALIDADE, tick=False):
        velha = rodar(suspender, date(2026, 11, 21))
    nova = rodar(suspender)
    assert vencer_aprovacoes() == 1
    velha.refresh_from_db()
    nova.refresh_from_db()
    assert (velha.situacao, nova.situacao) == (Situacao.PERDIDA, Situacao.AGUARDA_APROVACAO)
    assert AlarmeRotina.objects.filter(encerrado_em=None, tipo=AlarmeRotina.Tipo.APROVACAO).count() == 1


def test_quem_pediu_para_rodar_nao_aprova(suspender, ana, bia):
    solicitar_execucao(caminho=suspender.caminho, por=ana, motivo="adiantar", referencia=DIA)
    executar_pendentes()
    aprovacao = Aprovacao.objects.get()
    assert aprovacao.solicitada_por == ana
    with pytest.raises(ErroDefinitivo, match="outra pessoa"):
        aprovar(aprovacao=aprovacao, por=ana, motivo="eu mesma")
    aprovar(aprovacao=aprovacao, por=bia, motivo="conferi")
    executar_pendentes()
    assert suspender.feitas == [DIA]


def test_sem_a_permissao_das_rotinas_nao_se_aprova(suspender):
    aprovacao = rodar(suspender).aprovacao
    with pytest.raises(PermissionDenied):
        aprovar(aprovacao=aprovacao, por=pessoa("caio", "decidir_aprovacao"), motivo="x")
    assert executar_pendentes() == 0


def test_a_simulacao_nao_pede_aprovacao(suspender):
    execucao = executar(suspender.caminho, iniciada_por=BEAT, simulacao=True)
    assert execucao.situacao == Situacao.SUCESSO and execucao.itens.count() == 3
    assert not Aprovacao.objects.exists()


def test_a_que_morreu_depois_de_aprovada_continua_aprovada(suspender, bia):
    aprovar(aprovacao=rodar(suspender).aprovacao, por=bia, motivo="conferi")
    aprovada = Execucao.objects.get(situacao=Situacao.PENDENTE)
    pedir_de_novo(obter(suspender.caminho), aprovada, aprovada.criada_em)
    aprovada.delete()
    executar_pendentes()
    assert suspender.feitas == [DIA]
