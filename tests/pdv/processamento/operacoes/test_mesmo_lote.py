"""Operations that touch the same title in one batch: each is judged by what those before it really did."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from erp.financeiro.models import SaldoConta, Titulo
from erp.financeiro.selectors import abertos_de
from pdv.processamento.atos.replicar_de_novo import replicar_de_novo
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.armazem import Origem, cancelar_operacoes
from pdv.replicacao.models import OperacaoPdv
from pdv.tabelas import Especie
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import (
    CREDIARIO,
    DINHEIRO,
    INSTALACAO,
    VALE,
    Elenco,
    Pago,
    Quitado,
    estagiar_completa,
    montar_elenco,
)

pytestmark = pytest.mark.django_db(transaction=True)
CAFE = [(101, "1", "10.00")]


@pytest.fixture
def e() -> Elenco:
    return montar_elenco()


def estagiar(e: Elenco, especie: Especie, *pagos: Pago, **campos: Any) -> OperacaoPdv:
    return estagiar_completa(e.pdv, especie, pagos=pagos, codigo_cliente="C1", **campos)


def drenar(*linhas: OperacaoPdv) -> list[tuple[int, str]]:
    drenar_tudo()
    for linha in linhas:
        linha.refresh_from_db()
    return [(x.situacao_replicacao, x.erro_codigo.partition(":")[0]) for x in linhas]


def fiado(e: Elenco) -> str:
    """A posted sale on credit; the number of its title of 10,00."""
    venda = estagiar(e, Especie.VENDA, Pago(CREDIARIO, "10.00"), itens=CAFE)
    assert drenar(venda) == [(9, "")]
    return f"{e.pdv.codigo}-{venda.id_operacao}-1"


def receber(e: Elenco, documento: str) -> OperacaoPdv:
    return estagiar(
        e, Especie.RECEBIMENTO, Pago(DINHEIRO, "10.00"), quitados=[Quitado(documento, 1, "10.00")], total=D(10)
    )


def voltar_a_1(*linhas: OperacaoPdv) -> None:
    for linha in linhas:
        OperacaoPdv.objects.filter(pk=linha.pk).update(situacao_replicacao=1)


def aberto(documento: str) -> D:
    titulo = Titulo.objects.get(documento=documento, estorno_de=None)
    return abertos_de([titulo.pk])[titulo.pk]


def test_recebimento_do_que_ja_esta_pago_nao_conta_com_o_estorno_de_quem_vem_depois(e: Elenco) -> None:
    titulo = fiado(e)
    primeiro = receber(e, titulo)
    assert drenar(primeiro) == [(9, "")]
    segundo = receber(e, titulo)
    voltar_a_1(primeiro)  # behind the second in the line
    assert drenar(primeiro, segundo) == [(9, ""), (2, "TITULO_JA_PAGO")]
    verificar_tudo()


def test_venda_com_o_vale_ja_usado_nao_conta_com_o_estorno_de_quem_vem_depois(e: Elenco) -> None:
    devolucao = estagiar(e, Especie.DEVOLUCAO, Pago(VALE, "10.00"), itens=CAFE)
    codigo = f"V{e.pdv.codigo}-{devolucao.id_operacao}"
    primeira = estagiar(e, Especie.VENDA, Pago(VALE, "10.00", 1, codigo), itens=CAFE)
    assert drenar(devolucao, primeira) == [(9, ""), (9, "")]
    segunda = estagiar(e, Especie.VENDA, Pago(VALE, "10.00", 1, codigo), itens=CAFE)
    voltar_a_1(primeira)
    assert drenar(primeira, segunda) == [(9, ""), (2, "VALE_SEM_SALDO")]
    verificar_tudo()


def test_recebimento_refeito_no_mesmo_lote_que_o_cancelamento_do_anterior(e: Elenco) -> None:
    titulo = fiado(e)
    errado = receber(e, titulo)
    assert drenar(errado) == [(9, "")]
    cancelamento = estagiar(e, Especie.CANCELAMENTO, origem=errado.id_operacao)
    certo = receber(e, titulo)
    assert drenar(cancelamento, certo) == [(9, ""), (9, "")]
    assert (aberto(titulo), SaldoConta.objects.get(conta=e.pdv.conta_caixa).valor) == (D(0), D(10))
    verificar_tudo()


def test_recebimento_refeito_quando_tudo_chega_junto(e: Elenco) -> None:
    titulo = fiado(e)
    errado = receber(e, titulo)
    cancelamento = estagiar(e, Especie.CANCELAMENTO, origem=errado.id_operacao)
    certo = receber(e, titulo)
    assert drenar(errado, cancelamento, certo) == [(9, "")] * 3
    verificar_tudo()


@pytest.mark.parametrize("com_codigo", [True, False])
def test_venda_refeita_com_o_vale_que_o_cancelamento_da_anterior_soltou(e: Elenco, com_codigo: bool) -> None:
    devolucao = estagiar(e, Especie.DEVOLUCAO, Pago(VALE, "10.00"), itens=CAFE)
    codigo = f"V{e.pdv.codigo}-{devolucao.id_operacao}"
    vale = Pago(VALE, "10.00", 1, codigo if com_codigo else "")
    errada = estagiar(e, Especie.VENDA, vale, itens=CAFE)
    assert drenar(devolucao, errada) == [(9, ""), (9, "")]
    cancelamento = estagiar(e, Especie.CANCELAMENTO, origem=errada.id_operacao)
    certa = estagiar(e, Especie.VENDA, vale, itens=CAFE)
    assert drenar(cancelamento, certa) == [(9, ""), (9, "")]
    assert aberto(codigo) == 0
    verificar_tudo()


def test_cancelamento_solta_o_credito_e_acorda_quem_esperava_por_ele(e: Elenco) -> None:
    devolucao = estagiar(e, Especie.DEVOLUCAO, Pago(VALE, "10.00"), itens=CAFE)
    primeira, segunda = (estagiar(e, Especie.VENDA, Pago(VALE, "10.00"), itens=CAFE) for _ in range(2))
    assert drenar(devolucao, primeira, segunda) == [(9, ""), (9, ""), (1, "")]
    cancelamento = estagiar(e, Especie.CANCELAMENTO, origem=primeira.id_operacao)
    assert drenar(cancelamento, segunda) == [(9, ""), (9, "")]
    verificar_tudo()


def test_titulo_de_venda_pedida_de_novo_ao_pdv_e_esperado_e_nao_dado_por_cancelado(e: Elenco) -> None:
    titulo = fiado(e)
    venda = OperacaoPdv.objects.get()
    replicar_de_novo(ids=[venda.pk], motivo="conferência", usuario=e.ana)
    recebimento = receber(e, titulo)
    assert drenar(recebimento) == [(1, "")]
    assert recebimento.aguarda == f"titulo:{titulo}/1"
    volta = estagiar(e, Especie.VENDA, Pago(CREDIARIO, "10.00"), itens=CAFE, id_operacao=venda.id_operacao)
    assert drenar(volta, recebimento) == [(9, ""), (9, "")]
    verificar_tudo()


def test_vale_de_devolucao_pedida_de_novo_ao_pdv_e_esperado(e: Elenco) -> None:
    devolucao = estagiar(e, Especie.DEVOLUCAO, Pago(VALE, "10.00"), itens=CAFE)
    assert drenar(devolucao) == [(9, "")]
    replicar_de_novo(ids=[devolucao.pk], motivo="conferência", usuario=e.ana)
    codigo = f"V{e.pdv.codigo}-{devolucao.id_operacao}"
    venda = estagiar(e, Especie.VENDA, Pago(VALE, "10.00", 1, codigo), itens=CAFE)
    assert drenar(venda) == [(1, "")]
    volta = estagiar(e, Especie.DEVOLUCAO, Pago(VALE, "10.00"), itens=CAFE, id_operacao=devolucao.id_operacao)
    assert drenar(volta, venda) == [(9, ""), (9, "")]
    verificar_tudo()


def cancelar_no_pdv(e: Elenco, *linhas: OperacaoPdv) -> None:
    """The flag turns 1 on all of them in one package, in the order of their numbers."""
    origem = Origem(e.pdv.pk, e.pdv.filial_id, INSTALACAO, timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        cancelar_operacoes(cursor, origem, [linha.pk for linha in linhas])


def test_venda_e_o_recebimento_dela_cancelados_no_mesmo_pacote(e: Elenco) -> None:
    titulo = fiado(e)
    venda, recebimento = OperacaoPdv.objects.get(), receber(e, titulo)
    assert drenar(recebimento) == [(9, "")]
    cancelar_no_pdv(e, venda, recebimento)
    assert drenar(venda, recebimento) == [(9, ""), (9, "")]
    verificar_tudo()


def test_venda_e_a_devolucao_dela_canceladas_no_mesmo_pacote(e: Elenco) -> None:
    venda = estagiar(e, Especie.VENDA, Pago(DINHEIRO, "10.00"), itens=CAFE)
    devolucao = estagiar(e, Especie.DEVOLUCAO, Pago(DINHEIRO, "10.00"), itens=CAFE, origem=venda.id_operacao)
    assert drenar(venda, devolucao) == [(9, ""), (9, "")]
    cancelar_no_pdv(e, venda, devolucao)
    assert drenar(venda, devolucao) == [(9, ""), (9, "")]
    verificar_tudo()
