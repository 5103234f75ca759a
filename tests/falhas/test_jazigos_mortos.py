"""SIGKILL of a run of the maintenance charges, midway: what it charged stands, and the next run charges the rest, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from erp.jazigos.services.cobranca import CAMINHO
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from tests.erp.elenco import empresa, hoje
from tests.erp.jazigos.elenco import contrato, titulos
from tests.falhas.test_tipar_morto import espera_pela_linha, outros_conectados
from tests.falhas.vivos import em_outro_processo, esperar
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db(transaction=True)


def cobrar(quando: datetime | None = None) -> Execucao:
    return executar(CAMINHO, iniciada_por="teste", agendada_para=quando)


def test_morta_no_meio_a_proxima_cobra_so_o_que_falta(tmp_path: Path) -> None:
    empresa()
    inicio = hoje().replace(day=1)
    contratos = [contrato(inicio, dia_vencimento=1) for _ in range(7)]
    velha = timezone.now() - timedelta(hours=1)
    morta = Execucao.objects.create(
        rotina=CAMINHO, situacao=Execucao.Situacao.EXECUTANDO, iniciada_por="teste", iniciada_em=velha, heartbeat=velha
    )
    tranca = connection.copy()
    try:
        tranca.set_autocommit(False)
        with tranca.cursor() as cursor:  # the third chunk waits for this row
            cursor.execute("SELECT 1 FROM jazigos_contrato WHERE id = %s FOR UPDATE", [contratos[5].pk])
        _matar_quando_esperar(tmp_path, morta)
        tranca.rollback()
    finally:
        tranca.close()
    esperar(lambda: outros_conectados() == 0, 30, "o banco ainda não deu por falta da morta")
    assert [len(titulos(c)) for c in contratos] == [1, 1, 1, 1, 0, 0, 0]

    seguinte = cobrar()
    assert seguinte.situacao == Execucao.Situacao.SUCESSO and seguinte.contagens == {"recebimentos gerados": 3}
    assert [len(titulos(c)) for c in contratos] == [1] * 7
    morta.refresh_from_db()
    assert morta.situacao == Execucao.Situacao.INTERROMPIDA
    assert cobrar().contagens == {}
    verificar_tudo()


def _matar_quando_esperar(pasta: Path, execucao: Execucao) -> None:
    processo = em_outro_processo(
        ["tests.falhas.cobrador", str(execucao.pk), hoje().isoformat()], pasta / "cobrador.log"
    )
    try:
        esperar(espera_pela_linha, 90, (pasta / "cobrador.log").read_text())
    finally:
        processo.kill()
        processo.wait()
