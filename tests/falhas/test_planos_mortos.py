"""SIGKILL of a run of the suspensions, midway: what it did stands, what it had in hand never was, and the next one ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from erp.contatos.models import Comunicado
from erp.planos.models import Contratacao, MudancaContratacao, Situacao
from erp.planos.rotinas import SUSPENSAO
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from tests.erp.elenco import empresa
from tests.erp.planos.elenco import contrato
from tests.erp.planos.invariantes import verificar
from tests.falhas.test_tipar_morto import espera_pela_linha, outros_conectados
from tests.falhas.vivos import RAIZ, esperar, url_do_banco

pytestmark = pytest.mark.django_db(transaction=True)
VENDA, DIA = date(2025, 1, 10), date(2025, 6, 1)


@pytest.fixture(autouse=True)
def _empresa() -> Iterator[None]:
    empresa()
    yield
    verificar()


def suspensos() -> list[int]:
    return list(Contratacao.objects.filter(situacao=Situacao.SUSPENSO).order_by("pk").values_list("pk", flat=True))


def test_morta_no_meio_a_proxima_pega_de_onde_parou(tmp_path: Path) -> None:
    ids = [contrato(VENDA).pk for _ in range(7)]
    velha = timezone.now() - timedelta(hours=1)
    morta = Execucao.objects.create(
        rotina=SUSPENSAO, situacao=Execucao.Situacao.EXECUTANDO, iniciada_por="teste", iniciada_em=velha, heartbeat=velha,
        referencia=DIA,
    )  # fmt: skip
    tranca = connection.copy()
    try:
        tranca.set_autocommit(False)
        with tranca.cursor() as cursor:  # the third batch waits for the sixth contract, with the fifth in its hand
            cursor.execute("SELECT 1 FROM planos_contratacao WHERE id = %s FOR UPDATE", [ids[5]])
        _matar_quando_esperar(tmp_path, morta)
        tranca.rollback()
    finally:
        tranca.close()
    esperar(lambda: outros_conectados() == 0, 30, "o banco ainda não deu por falta da morta")
    assert suspensos() == ids[:4]
    assert MudancaContratacao.objects.filter(para=Situacao.SUSPENSO).count() == 4 == Comunicado.objects.count()

    seguinte = executar(SUSPENSAO, iniciada_por="teste", referencia=DIA)
    assert seguinte.contagens == {"contratos examinados": 3, "a suspender": 3, "suspensos": 3}
    assert suspensos() == ids
    assert MudancaContratacao.objects.filter(para=Situacao.SUSPENSO).count() == 7 == Comunicado.objects.count()
    morta.refresh_from_db()
    assert morta.situacao == Execucao.Situacao.INTERROMPIDA


def _matar_quando_esperar(pasta: Path, execucao: Execucao) -> None:
    ambiente = os.environ | {"DATABASE_URL": url_do_banco(), "LOG_NIVEL": "ERROR"}
    with (pasta / "suspensor.log").open("ab") as saida:
        processo = subprocess.Popen(
            [sys.executable, "-m", "tests.falhas.suspensor", str(execucao.pk), DIA.isoformat()],
            cwd=RAIZ, env=ambiente, stdout=saida, stderr=saida,
        )  # fmt: skip
        try:
            esperar(espera_pela_linha, 90, (pasta / "suspensor.log").read_text())
            processo.send_signal(signal.SIGKILL)
        finally:
            processo.kill()
            processo.wait()
