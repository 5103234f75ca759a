"""Expected against counted."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.utils import timezone

from pdv.processamento.selectors.turno import (
    Pagamento,
    conferir_turno,
    contado_por_finalizador,
    esperado_por_finalizador,
    sinal_de,
)
from pdv.replicacao.models import FinalizadorOperacaoPdv, OperacaoPdv, Turno
from pdv.tabelas import Especie
from tests.pdv.elenco import CREDITO, DINHEIRO, INSTALACAO, PIX, VALE, Elenco, estagiar, estagiar_venda, montar_elenco


def test_esperado_soma_vendas_e_movimentos_da_gaveta() -> None:
    pagamentos = [
        Pagamento(1, DINHEIRO, D("50.00"), D("8.00")),  # 42,00 ficam
        Pagamento(1, CREDITO, D("60.00"), D("0")),
        Pagamento(1, PIX, D("25.00"), D("5.00")),  # o troco do Pix sai da gaveta
        Pagamento(-1, PIX, D("11.00"), D("1.00")),  # desfeito: o troco volta
        Pagamento(-1, DINHEIRO, D("7.00"), D("0")),
    ]
    caixa = [D("200.00"), D("30.00"), -D("100.00")]
    # 200 + 30 - 100 + 42 - 5 + 1 - 7 = 161
    assert esperado_por_finalizador(pagamentos, caixa, DINHEIRO) == {
        DINHEIRO: D("161.00"),
        CREDITO: D("60.00"),
        PIX: D("14.00"),
    }


@pytest.mark.parametrize(
    ("especie", "acrescimo", "sinal"),
    [
        (Especie.ABERTURA, "0", 1), (Especie.VENDA, "0", 1), (Especie.VENDA, "5.00", 1), (Especie.SUPRIMENTO, "0", 1),
        (Especie.RECEBIMENTO, "0", 1), (Especie.SANGRIA, "0", -1), (Especie.DEVOLUCAO, "0", -1),
        (Especie.FALTA, "0", -1), (Especie.FALTA, "5.00", 1), (Especie.CANCELAMENTO, "0", 0), (Especie.FECHAMENTO, "0", 0),
    ],
)  # fmt: skip
def test_cada_especie_entra_sai_ou_nao_mexe_na_gaveta(especie: Especie, acrescimo: str, sinal: int) -> None:
    assert sinal_de(especie, D("5.00"), D(acrescimo)) == sinal


@pytest.mark.parametrize(
    ("contado", "lidos", "ilegiveis"),
    [
        ({"1": "12.50", "3": 7}, {1: D("12.50"), 3: D(7)}, []),
        ({"1": "doze"}, {}, ["1: doze"]),
        ({"x": "1.00", "2": "NaN"}, {}, ["x: 1.00", "2: NaN"]),
        ([1, 2], {}, []),
        (None, {}, []),
    ],
)
def test_contado_aceita_o_que_e_numero_e_mostra_o_resto(
    contado: object, lidos: dict[int, D], ilegiveis: list[str]
) -> None:
    assert contado_por_finalizador(contado) == (lidos, ilegiveis)


@pytest.mark.django_db
def test_conferencia_deixa_fora_canceladas_outros_turnos_e_outra_instalacao() -> None:
    elenco = montar_elenco()
    abertura = estagiar(elenco.pdv, Especie.ABERTURA, D("100.00"))
    venda = estagiar_venda(elenco.pdv, [(101, "1", "42.00")], [(DINHEIRO, "50.00", "8.00", 1)])
    cancelada = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    estagiar_venda(elenco.pdv, [(101, "1", "99.00")], [(DINHEIRO, "99.00", "0", 1)])
    OperacaoPdv.objects.filter(pk__in=[abertura.pk, venda.pk, cancelada.pk]).update(id_turno=5)
    OperacaoPdv.objects.filter(pk=cancelada.pk).update(cancelado=True)
    turno = Turno.objects.create(
        id_turno=5, id_ponto_venda=1, sequencial=5, data_hora_inicio=timezone.now(), contado={"1": "140.00"},
        ponto_venda_id=elenco.pdv.pk, filial_id=elenco.centro.pk, instalacao=INSTALACAO,
    )  # fmt: skip
    conferencia = conferir_turno(turno)
    (linha,) = conferencia.linhas
    assert (linha.finalizador, linha.esperado, linha.contado, linha.diferenca) == (
        1,
        D("142.00"),
        D("140.00"),
        D("-2.00"),
    )
    assert (conferencia.operacoes, conferencia.canceladas, conferencia.vendas) == (2, 1, D("42.00"))


def _no_turno(operacao: OperacaoPdv, turno: int, **campos: object) -> OperacaoPdv:
    OperacaoPdv.objects.filter(pk=operacao.pk).update(id_turno=turno, **campos)
    return operacao


def _com_pagamento(elenco: Elenco, especie: Especie, turno: int, finalizador: int, valor: str, troco: str = "0") -> int:
    operacao = estagiar(elenco.pdv, especie, D(valor) - D(troco), valor_troco=D(troco))
    FinalizadorOperacaoPdv.objects.create(
        operacao_id=operacao.pk, item=1, id_finalizador=finalizador, valor=D(valor), valor_troco=D(troco)
    )
    return _no_turno(operacao, turno).id_operacao


def _cancelar(elenco: Elenco, numero: int | None, turno: int) -> None:
    _no_turno(estagiar(elenco.pdv, Especie.CANCELAMENTO, D(0)), turno, id_operacao_origem=numero)


def _esperado(elenco: Elenco, numero: int) -> dict[int, D]:
    turno = Turno.objects.create(
        id_turno=numero, id_ponto_venda=1, sequencial=numero, data_hora_inicio=timezone.now(), contado={},
        ponto_venda_id=elenco.pdv.pk, filial_id=elenco.centro.pk, instalacao=INSTALACAO,
    )  # fmt: skip
    return {linha.finalizador: linha.esperado for linha in conferir_turno(turno).linhas}


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.mark.django_db
def test_devolucao_sai_da_gaveta_a_nao_ser_em_vale_e_recebimento_entra(elenco: Elenco) -> None:
    _com_pagamento(elenco, Especie.VENDA, 1, DINHEIRO, "100.00")
    _com_pagamento(elenco, Especie.DEVOLUCAO, 1, DINHEIRO, "30.00")
    _com_pagamento(elenco, Especie.DEVOLUCAO, 1, VALE, "12.00")
    _com_pagamento(elenco, Especie.RECEBIMENTO, 1, DINHEIRO, "50.00", troco="8.00")
    _com_pagamento(elenco, Especie.RECEBIMENTO, 1, PIX, "25.00")
    _com_pagamento(elenco, Especie.VENDA, 1, VALE, "12.00")  # o papel do vale volta para a gaveta
    # 100 - 30 + 42 = 112
    assert _esperado(elenco, 1) == {DINHEIRO: D("112.00"), PIX: D("25.00"), VALE: D("12.00")}


@pytest.mark.django_db
def test_falta_e_sobra_levam_o_esperado_ao_contado(elenco: Elenco) -> None:
    _no_turno(estagiar(elenco.pdv, Especie.ABERTURA, D("100.00")), 1)
    _com_pagamento(elenco, Especie.FALTA, 1, DINHEIRO, "7.00")
    sobra = estagiar(elenco.pdv, Especie.FALTA, D("2.00"))  # sem dizer o finalizador: dinheiro
    _no_turno(sobra, 1, valor_acrescimo=D("2.00"))
    assert _esperado(elenco, 1) == {DINHEIRO: D("95.00")}


@pytest.mark.django_db
def test_cancelamento_desfaz_a_origem_no_turno_em_que_foi_feito(elenco: Elenco) -> None:
    ontem = _com_pagamento(elenco, Especie.VENDA, 1, CREDITO, "60.00")
    hoje = _com_pagamento(elenco, Especie.VENDA, 2, DINHEIRO, "50.00", troco="8.00")
    sangria = _no_turno(estagiar(elenco.pdv, Especie.SANGRIA, D("30.00")), 2).id_operacao
    _com_pagamento(elenco, Especie.VENDA, 2, PIX, "25.00")
    for numero in (ontem, hoje, sangria, 987_654):  # a última não chegou
        _cancelar(elenco, numero, 2)
    _cancelar(elenco, ontem, 2)  # outra vez: não desfaz duas
    _cancelar(elenco, None, 2)
    assert _esperado(elenco, 1) == {CREDITO: D("60.00")}
    assert _esperado(elenco, 2) == {CREDITO: D("-60.00"), PIX: D("25.00")}
    conferencia = conferir_turno(Turno.objects.get(id_turno=2))
    assert (conferencia.vendas, conferencia.canceladas) == (D("-35.00"), 3)


@pytest.mark.django_db
def test_cancelamento_do_que_ja_estava_cancelado_pela_marca_nao_desfaz_nada(elenco: Elenco) -> None:
    numero = _com_pagamento(elenco, Especie.VENDA, 1, DINHEIRO, "50.00")
    OperacaoPdv.objects.filter(id_operacao=numero).update(cancelado=True)
    _cancelar(elenco, numero, 1)
    assert _esperado(elenco, 1) == {}
