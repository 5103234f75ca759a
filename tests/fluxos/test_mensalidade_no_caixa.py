"""A plan is sold in the office, and its instalments are paid at a till: one title, one debt, whoever takes the money."""

from __future__ import annotations

from datetime import date

import pytest

from erp.planos.models import Contratacao, Plano
from erp.planos.services import cancelar, vender
from erp.planos.services.venda import Venda
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from pdv.tabelas import Especie
from tests.erp.planos.elenco import ANA, D, cliente, debito_de
from tests.erp.planos.invariantes import verificar
from tests.pdv.elenco import DINHEIRO, Elenco, Pago, Quitado, estagiar_completa, montar_elenco

pytestmark = pytest.mark.django_db(transaction=True)
VENDA = date(2026, 1, 10)


@pytest.fixture
def e() -> Elenco:
    return montar_elenco()


def vendido(e: Elenco) -> Contratacao:
    plano = Plano.objects.create(nome="Família", valor_mensal=D("50.00"))
    venda = Venda(plano.pk, cliente().pk, e.centro.pk, VENDA, 10)
    return vender(venda, ator=ANA, dia=VENDA)


def receber(e: Elenco, contrato: Contratacao, parcela: int, valor: str, **campos: str) -> OperacaoPdv:
    pago = str(D(valor) + D(campos.get("juros", "0")))
    linha = estagiar_completa(
        e.pdv, Especie.RECEBIMENTO, pagos=[Pago(DINHEIRO, pago)],
        quitados=[Quitado(contrato.documento, parcela, valor, **campos)], codigo_cliente=contrato.titular_id,
    )  # fmt: skip
    drenar_tudo()
    linha.refresh_from_db()
    return linha


def vencido(contrato: Contratacao) -> str:
    debito = debito_de(contrato, date(2026, 3, 10))  # of January and February
    return "0" if debito is None else str(debito.vencido)


def test_recebimento_no_caixa_baixa_a_mensalidade(e: Elenco) -> None:
    contrato = vendido(e)
    assert vencido(contrato) == "100.00"
    assert receber(e, contrato, 1, "50.00", juros="2.50").situacao_replicacao == 9
    assert vencido(contrato) == "50.00"
    assert receber(e, contrato, 2, "20.00").situacao_replicacao == 9  # in part
    assert vencido(contrato) == "30.00"
    de_novo = receber(e, contrato, 1, "50.00")
    assert (de_novo.situacao_replicacao, de_novo.erro_codigo.partition(":")[0]) == (2, "TITULO_JA_PAGO")
    verificar()


def test_parcela_de_contrato_cancelado_nao_espera_e_dita_cancelada(e: Elenco) -> None:
    contrato = vendido(e)
    cancelar(contratacao_id=contrato.pk, motivo="a pedido", ator=ANA, a_pedido=True, dia=date(2026, 3, 1))
    paga = receber(e, contrato, 5, "50.00")
    assert (paga.situacao_replicacao, paga.erro_codigo.partition(":")[0]) == (2, "TITULO_CANCELADO")
    assert receber(e, contrato, 1, "50.00").situacao_replicacao == 9  # past due: still owed, and paid
    verificar()
