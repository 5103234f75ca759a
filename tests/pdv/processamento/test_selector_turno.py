"""Expected against counted."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.utils import timezone

from pdv.processamento.selectors.turno import (
    Recebimento,
    conferir_turno,
    contado_por_finalizador,
    esperado_por_finalizador,
)
from pdv.replicacao.models import OperacaoPdv, Turno
from pdv.tabelas import Especie
from tests.pdv.elenco import CREDITO, DINHEIRO, INSTALACAO, PIX, estagiar, estagiar_venda, montar_elenco


def test_esperado_soma_vendas_e_movimentos_da_gaveta() -> None:
    recebidos = [
        Recebimento(DINHEIRO, D("50.00"), D("8.00")),  # 42,00 ficam
        Recebimento(CREDITO, D("60.00"), D("0")),
        Recebimento(PIX, D("25.00"), D("5.00")),  # o troco do Pix sai da gaveta
    ]
    caixa = [
        (Especie.ABERTURA, D("200.00")),
        (Especie.SUPRIMENTO, D("30.00")),
        (Especie.SANGRIA, D("100.00")),
    ]
    # 200 + 30 - 100 + 42 - 5 = 167
    assert esperado_por_finalizador(recebidos, caixa, DINHEIRO) == {
        DINHEIRO: D("167.00"),
        CREDITO: D("60.00"),
        PIX: D("25.00"),
    }


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
