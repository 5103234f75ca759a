from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from erp.financeiro.contratos import Aberto, cancelar_em_aberto, em_aberto, emitir_novos
from erp.financeiro.models import Baixa, EspecieTitulo, Origem, Titulo
from erp.financeiro.rules import TituloNovo
from erp.financeiro.services import baixar_titulo, desfazer_baixa
from tests.erp.elenco import CPF, agora, conta, empresa, filial, hoje, pessoa
from tests.invariantes import verificar_razao

pytestmark = pytest.mark.django_db
D = Decimal
CONTRATO = Origem.CONTRATO.value


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_razao()


def mensalidade(contrato: int, sequencia: int, vencimento: date, valor: str = "50.00") -> TituloNovo:
    return TituloNovo(
        filial().pk, "R", EspecieTitulo.MENSALIDADE.value, None, None, CPF, CPF, f"P{contrato}", "", "", sequencia + 1, 0,
        D(valor), hoje() - timedelta(days=90), vencimento, agora(), hoje(), CONTRATO, contrato, sequencia,
    )  # fmt: skip


def no_banco(funcao: Callable[..., Any], *args: Any, **campos: Any) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        return funcao(cursor, *args, **campos)


def emitir(*titulos: TituloNovo) -> list[tuple[int, int]]:
    return no_banco(emitir_novos, titulos, agora=timezone.now())


def cancelar(*contratos: int, a_partir_de: date | None = None) -> dict[int, Decimal]:
    return no_banco(
        cancelar_em_aberto, origem=CONTRATO, ids=contratos, a_partir_de=a_partir_de or hoje(), dia=hoje(), agora=timezone.now()
    )  # fmt: skip


def abertos(*contratos: int, antes_de: date | None = None) -> list[Aberto]:
    return no_banco(em_aberto, origem=CONTRATO, ids=contratos, vencidos_antes_de=antes_de)


def pagar(contrato: int, sequencia: int, valor: str) -> None:
    alvo = Titulo.objects.get(origem=CONTRATO, origem_id=contrato, sequencia=sequencia)
    baixar_titulo(
        titulo_id=alvo.pk, valor=D(valor), conta_id=conta().pk, ocorrido_em=agora(), motivo="pago no balcão",
        usuario=pessoa("financeiro"), chave=uuid.uuid4(),
    )  # fmt: skip


def test_titulo_de_contrato_emitido_de_novo_e_o_mesmo() -> None:
    primeira = mensalidade(7, 0, hoje())
    assert emitir(primeira, mensalidade(8, 0, hoje())) == [(7, 0), (8, 0)]
    assert emitir(primeira, mensalidade(7, 1, hoje())) == [(7, 1)]
    assert Titulo.objects.filter(origem=CONTRATO).count() == 3
    assert emitir() == []


def test_aberto_e_o_valor_menos_o_pago_do_que_venceu_antes_do_dia() -> None:
    emitir(*(mensalidade(7, n, hoje() + timedelta(days=n - 1)) for n in range(3)), mensalidade(9, 0, hoje()))
    pagar(7, 0, "20.00")
    pagar(7, 1, "50.00")
    assert [(a.origem_id, a.sequencia, a.valor) for a in abertos(7, 9)] == [
        (7, 0, D("30.00")), (7, 2, D("50.00")), (9, 0, D("50.00")),
    ]  # fmt: skip
    assert [a.sequencia for a in abertos(7, antes_de=hoje())] == [0]
    assert abertos(8) == []


def test_cancelar_estorna_o_que_vai_vencer_e_deixa_o_vencido_e_o_pago() -> None:
    emitir(*(mensalidade(7, n, hoje() + timedelta(days=n - 1)) for n in range(4)))
    pagar(7, 2, "0.01")  # a cent is enough: what was paid in part waits for a person
    assert cancelar(7) == {7: D("100.00")}
    assert [a.sequencia for a in abertos(7)] == [0, 2]
    assert cancelar(7) == {}
    inversos = Titulo.objects.exclude(estorno_de=None).order_by("pk")
    assert [(i.valor, i.sequencia, i.data_contabil) for i in inversos] == [
        (D("-50.00"), -1 - n, hoje()) for n in (1, 3)
    ]
    assert [Titulo.objects.get(pk=i.estorno_de or 0).sequencia for i in inversos] == [1, 3]


def test_pago_e_desfeito_volta_a_poder_ser_cancelado() -> None:
    emitir(mensalidade(7, 0, hoje()))
    pagar(7, 0, "50.00")
    assert cancelar(7) == {}
    desfazer_baixa(baixa_id=Baixa.objects.get().pk, motivo="errada", usuario=pessoa("financeiro"), chave=uuid.uuid4())
    assert cancelar(7) == {7: D("50.00")}


def test_titulo_sem_fim_diz_so_a_parcela() -> None:
    emitir(mensalidade(7, 2, hoje()))
    assert str(Titulo.objects.get(origem=CONTRATO)) == "título P7 3"
