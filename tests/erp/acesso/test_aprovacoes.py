import threading
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.models import Aprovacao
from erp.acesso.services import aprovar, consumir, recusar, solicitar

ALVO = {"acao": "financeiro.reabrir_periodo", "objeto": "cadastros.Periodo", "objeto_id": "2026-10"}
DECIDIR = "acesso.decidir_aprovacao"


@pytest.fixture
def ana(pessoa):
    return pessoa("ana", DECIDIR)


@pytest.fixture
def bia(pessoa):
    return pessoa("bia", DECIDIR)


@pytest.fixture
def pedido(ana):
    return solicitar(
        **ALVO, descricao="Reabrir outubro", motivo="nota atrasada", por=ana, dados={"valor": Decimal("10.00")}
    )


def codigo_de(chamar):
    with pytest.raises(ErroDefinitivo) as erro, transaction.atomic():
        chamar()
    return erro.value.codigo


def usar(por, valor="10.00"):
    return consumir(**ALVO, por=por, dados={"valor": Decimal(valor)})


def test_pedir_aprovar_e_usar_uma_vez(pedido, ana, bia):
    aprovar(aprovacao=pedido, por=bia, motivo="conferi a nota")
    assert (pedido.situacao, pedido.decidida_por) == (Aprovacao.Situacao.APROVADA, bia)
    usada = usar(ana)
    assert usada == pedido and usada.situacao == Aprovacao.Situacao.CONSUMIDA
    assert codigo_de(lambda: usar(ana)) == "SEM_APROVACAO"
    assert list(Evento.objects.order_by("em").values_list("acao", "ator", "motivo")) == [
        ("acesso.aprovacao_solicitada", "ana", "nota atrasada"),
        ("acesso.aprovacao_aprovada", "bia", "conferi a nota"),
        ("acesso.aprovacao_usada", "ana", ""),
    ]


def test_quem_pede_nao_aprova_nem_recusa(pedido, ana):
    for decidir in (aprovar, recusar):
        assert codigo_de(lambda d=decidir: d(aprovacao=pedido, por=ana, motivo="eu mesma")) == "APROVACAO_DE_SI_MESMO"


def test_o_banco_tambem_recusa_que_quem_pede_decida(pedido, ana):
    """Guarantee of the model, against SQL that goes around the service."""
    with (
        pytest.raises(IntegrityError, match="aprovacao_por_outra_pessoa"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE acesso_aprovacao SET situacao = 2, decidida_por_id = solicitada_por_id, decidida_em = now()"
        )


@pytest.mark.parametrize("situacao", [2, 3, 4])
def test_o_banco_recusa_decisao_sem_ninguem(pedido, situacao):
    with pytest.raises(IntegrityError), transaction.atomic():
        Aprovacao.objects.update(situacao=situacao)


def test_sem_a_permissao_de_decidir_nao_decide(pedido, pessoa):
    with pytest.raises(PermissionDenied):
        aprovar(aprovacao=pedido, por=pessoa("caio"), motivo="posso?")
    pedido.refresh_from_db()
    assert pedido.situacao == Aprovacao.Situacao.PENDENTE


def test_a_permissao_propria_do_pedido_tambem_e_exigida(ana, bia, pessoa):
    pedido = solicitar(**ALVO, descricao="Revogar", motivo="por favor", por=ana, permissao="acesso.revogar_chave")
    with pytest.raises(PermissionDenied):
        aprovar(aprovacao=pedido, por=bia, motivo="posso?")
    aprovar(aprovacao=pedido, por=pessoa("caio", DECIDIR, "acesso.revogar_chave"), motivo="posso sim")
    assert pedido.situacao == Aprovacao.Situacao.APROVADA


def test_o_que_se_decidiu_nao_se_decide_de_novo(pedido, bia):
    recusar(aprovacao=pedido, por=bia, motivo="nota de outro mês")
    assert codigo_de(lambda: aprovar(aprovacao=pedido, por=bia, motivo="mudei de ideia")) == "APROVACAO_JA_DECIDIDA"


def test_recusada_ou_pendente_nao_serve(pedido, ana, bia):
    assert codigo_de(lambda: usar(ana)) == "SEM_APROVACAO"
    recusar(aprovacao=pedido, por=bia, motivo="nota de outro mês")
    assert codigo_de(lambda: usar(ana)) == "SEM_APROVACAO"


def test_o_que_foi_aprovado_e_o_que_se_faz(pedido, ana, bia):
    aprovar(aprovacao=pedido, por=bia, motivo="conferi")
    assert codigo_de(lambda: usar(ana, "99.00")) == "APROVACAO_DE_OUTROS_DADOS"
    assert usar(ana).pk == pedido.pk


def test_um_pedido_em_aberto_de_cada_vez(pedido, ana, bia):
    def outro():
        return solicitar(**ALVO, descricao="Reabrir outubro", motivo="de novo", por=bia)

    assert codigo_de(outro) == "APROVACAO_JA_PEDIDA"
    recusar(aprovacao=pedido, por=bia, motivo="nota de outro mês")
    assert outro().situacao == Aprovacao.Situacao.PENDENTE


def test_pedido_vencido_nao_se_aprova_nem_serve_e_da_lugar_a_outro(pedido, ana, bia):
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert codigo_de(lambda: aprovar(aprovacao=pedido, por=bia, motivo="tarde")) == "APROVACAO_VENCIDA"
        novo = solicitar(**ALVO, descricao="Reabrir outubro", motivo="venceu", por=ana)
    pedido.refresh_from_db()
    assert (pedido.situacao, novo.situacao) == (Aprovacao.Situacao.VENCIDA, Aprovacao.Situacao.PENDENTE)


def test_aprovacao_vencida_depois_de_aprovada_nao_serve(pedido, ana, bia):
    aprovar(aprovacao=pedido, por=bia, motivo="conferi")
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert codigo_de(lambda: usar(ana)) == "SEM_APROVACAO"


@pytest.mark.django_db(transaction=True)
def test_dois_usos_ao_mesmo_tempo_gastam_uma_aprovacao_uma_vez(pedido, ana, bia):
    aprovar(aprovacao=pedido, por=bia, motivo="conferi")
    largada = threading.Barrier(2)
    resultados = []

    def tentar():
        largada.wait()
        try:
            usar(ana)
            resultados.append("usada")
        except ErroDefinitivo as erro:
            resultados.append(erro.codigo)
        connection.close()

    threads = [threading.Thread(target=tentar) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(resultados) == ["SEM_APROVACAO", "usada"]
