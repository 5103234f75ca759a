"""Titles with one number (a till reinstalled counts from 1 again), numbers that mislead, and the cost that a sale keeps."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.conf import settings
from django.utils import timezone

from erp.estoque.models import Movimento, Saldo
from pdv.processamento.atos.replicar_de_novo import replicar_de_novo
from pdv.processamento.models import Alvo
from pdv.processamento.selectors.problemas import grupos_de_erro
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from pdv.tabelas import Especie
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
REINSTALADO = uuid.UUID(int=7)
NUMERO = 900_001


@pytest.fixture
def e() -> Elenco:
    return montar_elenco()


def drenar(*linhas: OperacaoPdv) -> list[tuple[int, str]]:
    drenar_tudo()
    for linha in linhas:
        linha.refresh_from_db()
    return [(x.situacao_replicacao, x.erro_codigo.partition(":")[0]) for x in linhas]


def test_quem_paga_duas_vezes_o_seu_nao_paga_o_de_outro_cliente_com_o_mesmo_numero(e: Elenco) -> None:
    fiado = [Pago(CREDIARIO, "10.00")]
    de_ana = estagiar_completa(
        e.pdv, Especie.VENDA, itens=CAFE, pagos=fiado, codigo_cliente="A", id_operacao=NUMERO, instalacao=REINSTALADO
    )
    de_bia = estagiar_completa(e.pdv, Especie.VENDA, itens=CAFE, pagos=fiado, codigo_cliente="B", id_operacao=NUMERO)
    drenar(de_ana, de_bia)
    bia_paga = [
        estagiar_completa(
            e.pdv, Especie.RECEBIMENTO, pagos=[Pago(DINHEIRO, "10.00")], quitados=[Quitado(f"1-{NUMERO}-1", 1, "10.00")],
            codigo_cliente="B",
        )
        for _ in range(2)
    ]  # fmt: skip
    assert drenar(*bia_paga) == [(9, ""), (2, "TITULO_JA_PAGO")]
    verificar_tudo()


def test_dois_vales_com_o_mesmo_codigo_valem_os_dois_o_mais_antigo_antes(e: Elenco) -> None:
    vale = [Pago(VALE, "10.00")]
    um = estagiar_completa(e.pdv, Especie.DEVOLUCAO, itens=CAFE, pagos=vale, id_operacao=NUMERO, instalacao=REINSTALADO)
    dois = estagiar_completa(e.pdv, Especie.DEVOLUCAO, itens=CAFE, pagos=vale, id_operacao=NUMERO)
    drenar(um, dois)
    com_vale = [Pago(VALE, "10.00", 1, f"V1-{NUMERO}")]
    vendas = [estagiar_completa(e.pdv, Especie.VENDA, itens=CAFE, pagos=com_vale) for _ in range(3)]
    assert drenar(*vendas) == [(9, ""), (9, ""), (2, "VALE_SEM_SALDO")]
    OperacaoPdv.objects.filter(pk=vendas[0].pk).update(situacao_replicacao=1)
    assert drenar(vendas[0]) == [(9, "")]
    verificar_tudo()


def custos(natureza_da_saida: int = 1) -> list[D]:
    saidas = Movimento.objects.filter(natureza=natureza_da_saida, quantidade__lt=0).order_by("id")
    return list(saidas.values_list("custo", flat=True))


def subir_a_media(e: Elenco) -> None:
    Saldo.objects.filter(produto=e.cafe).update(custo_medio=9)


def test_venda_pedida_de_novo_ao_pdv_volta_com_o_custo_que_tinha(e: Elenco) -> None:
    Saldo.objects.create(filial=e.centro, produto=e.cafe, quantidade=10, valor=60, custo_medio=6)
    venda = estagiar_completa(e.pdv, Especie.VENDA, itens=CAFE, pagos=[Pago(DINHEIRO, "10.00")])
    drenar(venda)
    replicar_de_novo(ids=[venda.pk], motivo="conferência", usuario=e.ana)
    subir_a_media(e)
    estagiar_completa(e.pdv, Especie.VENDA, itens=CAFE, pagos=[Pago(DINHEIRO, "10.00")], id_operacao=venda.id_operacao)
    drenar()
    assert custos() == [D(6), D(6)]


def test_venda_cujo_cancelamento_foi_desfeito_volta_com_o_custo_que_tinha(e: Elenco) -> None:
    Saldo.objects.create(filial=e.centro, produto=e.cafe, quantidade=10, valor=60, custo_medio=6)
    venda = estagiar_completa(e.pdv, Especie.VENDA, itens=CAFE, pagos=[Pago(DINHEIRO, "10.00")])
    cancelamento = estagiar_completa(e.pdv, Especie.CANCELAMENTO, origem=venda.id_operacao)
    drenar(venda, cancelamento)
    subir_a_media(e)
    OperacaoPdv.objects.filter(pk=cancelamento.pk).update(cancelado=True, situacao_replicacao=1)
    assert drenar(venda, cancelamento) == [(9, ""), (9, "")]
    assert custos() == [D(6), D(6)]


def test_virgula_no_numero_do_titulo_nao_faz_dois_problemas_de_um(e: Elenco) -> None:
    """Errors are grouped by what is between commas; a title's number is whatever the till wrote."""
    estagiar_completa(
        e.pdv, Especie.RECEBIMENTO, pagos=[Pago(DINHEIRO, "10.00")], quitados=[Quitado("9,PRODUTO_NAO_CADASTRADO:1", 1, "10")],
        aguarda_desde=timezone.now() - settings.PDV_ESPERA_MAXIMA - timedelta(seconds=1),
    )  # fmt: skip
    drenar_tudo()
    grupos, _ = grupos_de_erro(Alvo.OPERACAO, None, limite=10)
    assert [g.digital for g in grupos] == ["TITULO_NAO_ENCONTRADO:9;PRODUTO_NAO_CADASTRADO:1/1"]
