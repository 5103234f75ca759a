"""Drains of two filiais, and a person, on the same titles: each is settled once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db.models import Sum
from django.utils import timezone

from erp.financeiro.models import Baixa, Titulo
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from pdv.tabelas import Especie
from tests.concorrencia.test_drenos import juntos
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import (
    CREDIARIO,
    DINHEIRO,
    VALE,
    Elenco,
    Pago,
    Quitado,
    estagiar_completa,
    montar_elenco,
)

pytestmark = pytest.mark.django_db(transaction=True)
CAFE = [(101, "1", "10.00")]
TITULOS = 12


@pytest.fixture
def e() -> Elenco:
    return montar_elenco()


def fiado(e: Elenco) -> list[str]:
    vendas = [
        estagiar_completa(e.pdv, Especie.VENDA, itens=CAFE, pagos=[Pago(CREDIARIO, "10.00")], codigo_cliente="C1")
        for _ in range(TITULOS)
    ]
    drenar_tudo()
    return [f"1-{v.id_operacao}-1" for v in vendas]


def acordar_tudo() -> None:
    OperacaoPdv.objects.filter(situacao_replicacao=1).update(proxima_tentativa_em=timezone.now() - timedelta(hours=1))


def drenar_ate_o_fim() -> None:
    for _ in range(5):
        acordar_tudo()
        drenar_tudo()


@pytest.mark.parametrize("rodada", range(3))
def test_duas_filiais_recebem_os_mesmos_titulos_e_cada_um_e_pago_uma_vez(e: Elenco, rodada: int) -> None:
    documentos = fiado(e)
    for n, documento in enumerate(documentos):
        for pdv in (e.pdv, e.pdv3):
            quem = documento if pdv == e.pdv or rodada == 0 else documentos[-1 - n]  # and in the opposite order
            pagos, quitados = [Pago(DINHEIRO, "10.00")], [Quitado(quem, 1, "10.00")]
            estagiar_completa(pdv, Especie.RECEBIMENTO, pagos=pagos, quitados=quitados)
    juntos(drenar_tudo, drenar_tudo, drenar_tudo)
    drenar_ate_o_fim()
    recebimentos = OperacaoPdv.objects.filter(operacao=Especie.RECEBIMENTO)
    assert recebimentos.filter(situacao_replicacao=9).count() == TITULOS
    assert recebimentos.filter(erro_codigo__startswith="TITULO_JA_PAGO").count() == TITULOS
    assert Baixa.objects.aggregate(s=Sum("valor"))["s"] == D("10.00") * TITULOS
    verificar_tudo()


@pytest.mark.parametrize("rodada", range(3))
def test_uma_filial_recebe_o_titulo_da_venda_que_a_outra_cancela(e: Elenco, rodada: int) -> None:
    documentos = fiado(e)
    for documento in documentos if rodada % 2 else documentos[::-1]:
        estagiar_completa(e.pdv, Especie.CANCELAMENTO, origem=int(documento.split("-")[1]))
    for documento in documentos:
        pagos, quitados = [Pago(DINHEIRO, "10.00")], [Quitado(documento, 1, "10.00")]
        estagiar_completa(e.pdv3, Especie.RECEBIMENTO, pagos=pagos, quitados=quitados)
    juntos(drenar_tudo, drenar_tudo)
    drenar_ate_o_fim()
    linhas = OperacaoPdv.objects.filter(operacao__in=(Especie.RECEBIMENTO, Especie.CANCELAMENTO))
    assert linhas.filter(situacao_replicacao=9).count() == TITULOS  # of each title, one of the two
    codigos = linhas.filter(situacao_replicacao=2).values_list("erro_codigo", flat=True)
    assert {codigo.partition(":")[0] for codigo in codigos} <= {"TITULO_BAIXADO", "TITULO_CANCELADO"}
    assert len(codigos) == TITULOS
    verificar_tudo()


def test_duas_filiais_usam_o_mesmo_vale_e_ele_nao_passa_do_que_vale(e: Elenco) -> None:
    devolucao = estagiar_completa(e.pdv, Especie.DEVOLUCAO, itens=CAFE, pagos=[Pago(VALE, "10.00")])
    drenar_tudo()
    codigo = f"V1-{devolucao.id_operacao}"
    for n in range(8):
        pagos = [Pago(VALE, "4.00", 1, codigo)]
        estagiar_completa((e.pdv, e.pdv3)[n % 2], Especie.VENDA, itens=[(101, "1", "4.00")], pagos=pagos)
    juntos(drenar_tudo, drenar_tudo, drenar_tudo)
    drenar_ate_o_fim()
    vendas = OperacaoPdv.objects.filter(operacao=Especie.VENDA)
    assert vendas.filter(situacao_replicacao=9).count() == 2
    assert vendas.filter(erro_codigo=f"VALE_SEM_SALDO:{codigo}").count() == 6
    assert Titulo.objects.get(documento=codigo).baixas.aggregate(s=Sum("valor"))["s"] == D("8.00")
    verificar_tudo()
