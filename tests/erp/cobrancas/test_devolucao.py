"""Refunds: the money leaves, and what the payment did is undone as far, once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from erp.cobrancas.leituras import Devolvido, Lido
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, Devolucao, EventoCobranca
from erp.cobrancas.rules import destinar_devolucao
from erp.cobrancas.services.registro import registrar
from erp.financeiro.models import Baixa, Titulo
from erp.financeiro.quitacao import quitar
from erp.financeiro.rules import BaixaNova
from erp.financeiro.selectors import abertos_de
from tests.erp.cobrancas.elenco import aberto, cobranca, entrou, lido
from tests.erp.elenco import agora, empresa, hoje
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_tudo()


def paga(valor: str = "100.00") -> Cobranca:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, agora() - timedelta(hours=1), pago=valor)])
    return c


def devolver(c: Cobranca, valor: str | None, numero: str = "d1", passo: Passo = Passo.DEVOLVIDA) -> None:
    em = agora()
    devolvido = Devolvido(numero, "p1", None if valor is None else D(valor), em)
    registrar(c.pk, [Lido(f"dev {numero}", passo, em, EventoCobranca.Fonte.CONSULTA, devolvidos=(devolvido,))])


@pytest.mark.parametrize("valor", ["100", None])
def test_devolvida_inteira_reabre_o_titulo_e_o_dinheiro_sai_uma_vez(valor: str | None) -> None:
    c = paga()
    for _ in range(3):
        devolver(c, valor)
    c.refresh_from_db()
    assert (c.passo, aberto(c), entrou()) == (Passo.DEVOLVIDA, D(100), D(0))
    assert Devolucao.objects.get().do_titulo == D(100)


def test_devolvida_em_parte_reabre_so_a_parte_e_de_novo() -> None:
    c = paga()
    devolver(c, "30", "d1", Passo.DEVOLVIDA_PARCIAL)
    assert (aberto(c), entrou(), Baixa.objects.count()) == (D(30), D(70), 3)
    devolver(c, "50", "d2", Passo.DEVOLVIDA_PARCIAL)
    assert (aberto(c), entrou()) == (D(80), D(20))
    devolver(c, "20", "d3")
    assert (aberto(c), entrou()) == (D(100), D(0))


def test_devolucao_tira_primeiro_o_credito_que_ninguem_usou() -> None:
    c = paga("110.00")
    vale = Titulo.objects.get(origem=5)
    devolver(c, "25", passo=Passo.DEVOLVIDA_PARCIAL)
    assert (abertos_de([vale.pk])[vale.pk], aberto(c), entrou()) == (D(0), D(15), D(85))


def test_credito_ja_usado_volta_a_ser_devido_com_alarme() -> None:
    c = paga("110.00")
    vale = Titulo.objects.get(origem=5)
    usar(vale, "10")
    devolver(c, "110")
    devido = Titulo.objects.get(origem=5, sentido="R")
    assert (devido.valor, devido.codigo_cliente, aberto(c), entrou()) == (D(10), c.codigo_cliente, D(100), D(0))
    assert any("voltou a dever" in a.texto for a in AlarmeCobranca.objects.all())


def usar(vale: Titulo, valor: str) -> None:
    """As a sale at the till does."""
    baixa = BaixaNova(vale.pk, D(valor), D(0), D(0), agora(), hoje(), "venda", "pdv", 1, 77, 0)
    with transaction.atomic(), connection.cursor() as cursor:
        quitar(cursor, [baixa], agora=timezone.now())


def test_devolucao_que_chega_antes_do_pagamento_alarma_e_e_lancada_depois() -> None:
    c = cobranca()
    devolver(c, "100")
    assert (entrou(), Devolucao.objects.count()) == (D(0), 0)
    assert "não foi lançado" in AlarmeCobranca.objects.filter(texto__contains="devolução").get().texto
    registrar(c.pk, [lido(Passo.PAGA, agora() - timedelta(hours=1), pago="100")])
    devolver(c, "100")
    assert (aberto(c), entrou(), Devolucao.objects.count()) == (D(100), D(0), 1)


def test_devolvido_mais_do_que_foi_pago_sai_so_o_que_havia_e_alarma() -> None:
    c = paga()
    devolver(c, "130")
    assert (aberto(c), entrou()) == (D(100), D(0))
    assert any("só restavam 100,00" in a.texto for a in AlarmeCobranca.objects.all())


@pytest.mark.parametrize(
    ("valor", "credito", "abatido", "partes"),
    [
        ("100", "0", "100", ("0", "100", "0")),
        ("30", "10", "100", ("10", "20", "0")),
        ("110", "0", "100", ("0", "100", "10")),  # 110 paid, 10 as a credit that is spent
        ("5", "10", "100", ("5", "0", "0")),
    ],
)
def test_de_onde_sai_o_dinheiro_devolvido(valor: str, credito: str, abatido: str, partes: tuple[str, ...]) -> None:
    destino = destinar_devolucao(valor=D(valor), credito=D(credito), abatido=D(abatido))
    assert tuple(destino) == tuple(map(D, partes))
