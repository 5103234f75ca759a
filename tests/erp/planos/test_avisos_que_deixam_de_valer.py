"""A notice is told only while it is true: between asking and sending lie the hours of silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine

from auditoria.services import Ator
from clientes.models import Cliente
from erp.contatos.email.canal import PORTA
from erp.contatos.models import Comunicado
from erp.contatos.services.envio import encaminhar
from erp.planos.models import Contratacao
from erp.planos.rotinas import CANCELAMENTO, SUSPENSAO
from erp.planos.services import cancelar, combinar, reativar, registrar_obito
from erp.rotinas.services import executar
from tests.erp.planos.elenco import ANA, ao_meio_dia, cliente, contrato, pagar

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("funeraria")]
VENDA = date(2025, 1, 10)
ALEM = date(2026, 1, 11)
S = Comunicado.Situacao


def titular() -> Cliente:
    return cliente(email="maria@exemplo.com.br")


def avisado() -> Contratacao:
    feito = contrato(VENDA, titular=titular())
    executar(CANCELAMENTO, iniciada_por=Ator("sistema", "teste"), referencia=ALEM)
    return feito


def enviar(dia: date) -> tuple[int, str]:
    Comunicado.objects.update(nao_antes_de=ao_meio_dia(dia))  # the database's clock is not the test's
    with time_machine.travel(ao_meio_dia(dia) + timedelta(hours=2), tick=False):
        encaminhar(PORTA)
    feito = Comunicado.objects.get()
    return feito.situacao, feito.motivo


@pytest.fixture(autouse=True)
def _no_dia() -> Iterator[None]:
    with time_machine.travel(ao_meio_dia(ALEM), tick=False):
        yield


def test_aviso_de_quem_ainda_deve_vai() -> None:
    avisado()
    assert enviar(ALEM + timedelta(days=1))[0] == S.NA_FILA


def test_aviso_de_quem_pagou_antes_de_sair_nao_vai() -> None:
    pagar(avisado(), *range(12))
    assert enviar(ALEM + timedelta(days=1)) == (S.NAO_ENVIADO, "DEIXOU_DE_VALER")


def test_aviso_de_quem_combinou_nao_vai_e_o_acordo_quebrado_comeca_de_novo() -> None:
    feito, fim = avisado(), ALEM + timedelta(days=30)
    combinar(contratacao_id=feito.pk, acordo_ate=fim, motivo="vem pagar", ator=ANA, dia=ALEM)
    assert enviar(ALEM + timedelta(days=1)) == (S.NAO_ENVIADO, "DEIXOU_DE_VALER")
    for dias in (1, 2):
        executar(CANCELAMENTO, iniciada_por=Ator("sistema", "teste"), referencia=fim + timedelta(days=dias))
    assert Comunicado.objects.filter(situacao=S.PENDENTE).count() == 1


def test_aviso_de_quem_cancelou_nao_vai() -> None:
    cancelar(contratacao_id=avisado().pk, motivo="pediu", ator=ANA, a_pedido=True, dia=ALEM)
    assert enviar(ALEM + timedelta(days=1)) == (S.NAO_ENVIADO, "DEIXOU_DE_VALER")


def test_quem_voltou_nao_ouve_que_esta_suspenso() -> None:
    dia = VENDA + timedelta(days=61)
    with time_machine.travel(ao_meio_dia(dia), tick=False):
        feito = contrato(VENDA, titular=titular())
        executar(SUSPENSAO, iniciada_por=Ator("sistema", "teste"), referencia=dia)
        pagar(feito, 0, 1, 2)
        reativar(contratacao_id=feito.pk, motivo="pagou", ator=ANA, dia=dia)
    assert enviar(dia + timedelta(days=1)) == (S.NAO_ENVIADO, "DEIXOU_DE_VALER")


def test_quem_esta_suspenso_ouve() -> None:
    dia = VENDA + timedelta(days=61)
    with time_machine.travel(ao_meio_dia(dia), tick=False):
        contrato(VENDA, titular=titular())
        executar(SUSPENSAO, iniciada_por=Ator("sistema", "teste"), referencia=dia)
    assert enviar(dia + timedelta(days=1))[0] == S.NA_FILA


def test_a_quem_morreu_nada_se_manda_sem_esperar_a_semana_das_etiquetas() -> None:
    feito = avisado()
    registrar_obito(data=ALEM, certidao="C-1", ator=ANA, codigo_cliente=feito.titular_id, hoje=ALEM)
    assert enviar(ALEM + timedelta(days=1)) == (S.NAO_ENVIADO, "FALECIDO")
