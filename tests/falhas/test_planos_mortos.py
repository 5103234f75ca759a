"""SIGKILL of the suspensions and of the cancellations, midway: what was done stands, and the next run does the rest, once."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from erp.contatos.models import Comunicado
from erp.financeiro.models import Titulo
from erp.planos.models import Contratacao, MudancaContratacao, Situacao
from erp.planos.rotinas import CANCELAMENTO, SUSPENSAO
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from erp.rotinas.services.limpeza import interromper_mortas
from tests.erp.elenco import empresa
from tests.erp.planos.elenco import contrato, plano
from tests.erp.planos.invariantes import verificar
from tests.falhas.test_tipar_morto import espera_pela_linha, outros_conectados
from tests.falhas.vivos import em_outro_processo, esperar
from tests.filhos import Filho

pytestmark = pytest.mark.django_db(transaction=True)
VENDA, DIA = date(2025, 1, 10), date(2025, 6, 1)
DIA_DE_CANCELAR = date(2025, 2, 11)  # of a contract that is cancelled after one month
A_VENCER = 10  # of its twelve instalments, those not yet due that day


@pytest.fixture(autouse=True)
def _empresa() -> Iterator[None]:
    empresa()
    yield
    verificar()


def na_situacao(situacao: Situacao) -> list[int]:
    return list(Contratacao.objects.filter(situacao=situacao).order_by("pk").values_list("pk", flat=True))


def em_execucao(rotina: str, dia: date) -> Execucao:
    """A run that has given no sign of life for an hour: once it is dead, the next one finds it so at once."""
    velha = timezone.now() - timedelta(hours=1)
    return Execucao.objects.create(
        rotina=rotina, situacao=Execucao.Situacao.EXECUTANDO, iniciada_por="teste", iniciada_em=velha, heartbeat=velha,
        referencia=dia,
    )  # fmt: skip


def test_morta_no_meio_a_proxima_suspende_de_onde_parou(tmp_path: Path) -> None:
    ids = [contrato(VENDA).pk for _ in range(7)]
    morta = _matar_com_o_terceiro_lote_na_mao(tmp_path, SUSPENSAO, DIA, ids[5])
    assert na_situacao(Situacao.SUSPENSO) == ids[:4]
    assert MudancaContratacao.objects.filter(para=Situacao.SUSPENSO).count() == 4 == Comunicado.objects.count()

    seguinte = executar(SUSPENSAO, iniciada_por="teste", referencia=DIA)
    assert seguinte.contagens == {"contratos examinados": 3, "a suspender": 3, "suspensos": 3}
    assert na_situacao(Situacao.SUSPENSO) == ids
    assert MudancaContratacao.objects.filter(para=Situacao.SUSPENSO).count() == 7 == Comunicado.objects.count()
    morta.refresh_from_db()
    assert morta.situacao == Execucao.Situacao.INTERROMPIDA


def test_morta_no_meio_a_proxima_cancela_de_onde_parou_sem_estornar_nem_avisar_de_novo(tmp_path: Path) -> None:
    sem_aviso = plano("Sem aviso", avisos_exigidos=0, meses_para_cancelar=1)
    ids = [contrato(VENDA, do_plano=sem_aviso).pk for _ in range(7)]
    a_avisar = contrato(VENDA, do_plano=plano("Com aviso", avisos_exigidos=1, meses_para_cancelar=1))
    morta = _matar_com_o_terceiro_lote_na_mao(tmp_path, CANCELAMENTO, DIA_DE_CANCELAR, ids[5])
    assert na_situacao(Situacao.CANCELADO) == ids[:4]
    assert MudancaContratacao.objects.filter(para=Situacao.CANCELADO).count() == 4
    assert estornados() == 4 * A_VENCER
    assert Comunicado.objects.count() == 1

    seguinte = executar(CANCELAMENTO, iniciada_por="teste", referencia=DIA_DE_CANCELAR)
    assert seguinte.contagens == {"contratos examinados": 4, "a cancelar": 3, "cancelados": 3, "falta aviso": 1}
    assert na_situacao(Situacao.CANCELADO) == ids and na_situacao(Situacao.ATIVO) == [a_avisar.pk]
    assert MudancaContratacao.objects.filter(para=Situacao.CANCELADO).count() == 7
    assert estornados() == 7 * A_VENCER
    assert Comunicado.objects.count() == 1
    morta.refresh_from_db()
    assert morta.situacao == Execucao.Situacao.INTERROMPIDA


@pytest.mark.prova
def test_vinte_mortes_do_cancelamento_a_esmo_e_cada_contrato_e_cancelado_uma_vez(tmp_path: Path, settings: Any) -> None:
    """Killed at any instant, twenty times over; what the last one leaves is what one whole run would have left."""
    settings.ROTINA_APROVACAO_ACIMA = (
        1_000_000  # as in `suspensor`: so many contracts that twenty deaths do not end them
    )
    sem_aviso = plano("Sem aviso", avisos_exigidos=0, meses_para_cancelar=1)
    ids = [contrato(VENDA, do_plano=sem_aviso).pk for _ in range(1000)]
    acaso = random.Random(5)
    for _ in range(20):
        morta, antes = em_execucao(CANCELAMENTO, DIA_DE_CANCELAR), len(na_situacao(Situacao.CANCELADO))
        with _processo(tmp_path, morta) as processo:
            esperar(partial(_cancelou_mais_que, antes), 90, "a rotina não cancelou ninguém")
            time.sleep(acaso.uniform(0, 0.02))
            processo.send_signal(signal.SIGKILL)
        esperar(lambda: outros_conectados() == 0, 30, "o banco ainda não deu por falta da morta")
        assert estornados() == len(na_situacao(Situacao.CANCELADO)) * A_VENCER
        interromper_mortas(CANCELAMENTO)
    assert (
        executar(CANCELAMENTO, iniciada_por="teste", referencia=DIA_DE_CANCELAR).situacao == Execucao.Situacao.SUCESSO
    )
    assert na_situacao(Situacao.CANCELADO) == ids
    assert MudancaContratacao.objects.filter(para=Situacao.CANCELADO).count() == len(ids)
    assert estornados() == len(ids) * A_VENCER


def _cancelou_mais_que(antes: int) -> bool:
    return len(na_situacao(Situacao.CANCELADO)) > antes


def estornados() -> int:
    return Titulo.objects.exclude(estorno_de=None).count()


def _matar_com_o_terceiro_lote_na_mao(pasta: Path, rotina: str, dia: date, preso: int) -> Execucao:
    """SIGKILL once two batches are committed and the third waits for the contract `preso`, which we hold."""
    morta = em_execucao(rotina, dia)
    tranca = connection.copy()
    try:
        tranca.set_autocommit(False)
        with tranca.cursor() as cursor:
            cursor.execute("SELECT 1 FROM planos_contratacao WHERE id = %s FOR UPDATE", [preso])
        with _processo(pasta, morta) as processo:
            esperar(espera_pela_linha, 90, (pasta / "suspensor.log").read_text())
            processo.send_signal(signal.SIGKILL)
        tranca.rollback()
    finally:
        tranca.close()
    esperar(lambda: outros_conectados() == 0, 30, "o banco ainda não deu por falta da morta")
    return morta


@contextlib.contextmanager
def _processo(pasta: Path, execucao: Execucao) -> Iterator[Filho]:
    argumentos = [execucao.rotina, str(execucao.pk), str(execucao.referencia)]
    processo = em_outro_processo(["tests.falhas.suspensor", *argumentos], pasta / "suspensor.log")
    try:
        yield processo
    finally:
        processo.kill()
        processo.wait()
