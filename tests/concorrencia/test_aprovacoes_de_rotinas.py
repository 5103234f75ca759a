"""Requests of routines on real connections: two that ask at once, and a decision at the instant of another's request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from erp.acesso.models import Aprovacao
from erp.acesso.services import aprovar
from erp.planos.rotinas import SUSPENSAO
from erp.rotinas import registro
from erp.rotinas.contexto import AguardaAprovacao
from erp.rotinas.models import Execucao
from erp.rotinas.services.aprovacoes import pedir_aprovacao
from tests.concorrencia.test_drenos import juntos
from tests.erp.elenco import pessoa
from tests.falhas.test_tipar_morto import espera_pela_linha
from tests.falhas.vivos import esperar

pytestmark = pytest.mark.django_db(transaction=True)
Situacao = Execucao.Situacao


@pytest.fixture
def gerente() -> User:
    return pessoa("gerente")


def a_espera() -> Execucao:
    """As `_terminar` leaves a run right before it asks."""
    agora = timezone.now()
    return Execucao.objects.create(
        rotina=SUSPENSAO, situacao=Situacao.AGUARDA_APROVACAO, referencia=agora.date(), iniciada_por="teste",
        iniciada_em=agora, terminada_em=agora,
    )  # fmt: skip


@transaction.atomic
def pedir(execucao: Execucao) -> None:
    pedir_aprovacao(registro.obter(SUSPENSAO), execucao, AguardaAprovacao(501, "501 contratos", Decimal(1)))


def enquanto(primeiro: Callable[[], object], segundo: Callable[[], object]) -> None:
    """`segundo` begins once `primeiro` has done its part and not committed, and is seen to wait for it."""
    feito, esperou = threading.Event(), threading.Event()

    def antes() -> None:
        with transaction.atomic():
            primeiro()
            feito.set()
            assert esperou.wait(30)

    def depois() -> None:
        assert feito.wait(30)
        segundo()

    def vigiar() -> None:
        esperar(espera_pela_linha, 30, "o segundo não esperou pelo primeiro")
        esperou.set()

    juntos(antes, depois, vigiar)


def test_seis_que_pedem_ao_mesmo_tempo_fazem_um_pedido_so() -> None:
    execucoes = [a_espera() for _ in range(6)]
    juntos(*(partial(pedir, execucao) for execucao in execucoes))
    unica = Aprovacao.objects.get()
    assert set(Execucao.objects.values_list("aprovacao", flat=True)) == {unica.pk}


def test_quem_pede_no_instante_da_decisao_nao_se_junta_ao_que_foi_decidido(gerente: User) -> None:
    primeira, segunda = a_espera(), a_espera()
    pedir(primeira)
    decidida = Aprovacao.objects.get()
    enquanto(lambda: aprovar(aprovacao=decidida, por=gerente, motivo="conferi"), lambda: pedir(segunda))
    segunda.refresh_from_db()
    assert segunda.aprovacao is not None and segunda.aprovacao != decidida
    assert segunda.aprovacao.situacao == Aprovacao.Situacao.PENDENTE


def test_a_decisao_alcanca_quem_se_juntou_no_mesmo_instante(gerente: User) -> None:
    primeira, segunda = a_espera(), a_espera()
    pedir(primeira)
    decidida = Aprovacao.objects.get()
    enquanto(lambda: pedir(segunda), lambda: aprovar(aprovacao=decidida, por=gerente, motivo="conferi"))
    assert not Execucao.objects.filter(situacao=Situacao.AGUARDA_APROVACAO).exists()
    assert Execucao.objects.filter(situacao=Situacao.PENDENTE, aprovacao=decidida).count() == 1
