"""SIGKILL of a run of the tags, midway: what it did stands, what it had in hand never was, and the next one ends the work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from clientes.models import Etiqueta, HistoricoEtiqueta, TipoEtiqueta
from erp.rotinas.models import Execucao
from tests.erp.planos.tipagem.elenco import CAMINHO, DOMINGO, cliente, recebido, tipar
from tests.falhas.vivos import em_outro_processo, esperar

pytestmark = pytest.mark.django_db(transaction=True)


def tem_varejo() -> list[str]:
    return list(
        Etiqueta.objects.filter(tipo=TipoEtiqueta.VAREJO)
        .order_by("codigo_cliente")
        .values_list("codigo_cliente", flat=True)
    )


def espera_pela_linha() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
                 AND wait_event_type = 'Lock' AND pid <> pg_backend_pid())"""
        )
        return bool(cursor.fetchone()[0])


def outros_conectados() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                 AND backend_type = 'client backend'"""
        )
        return int(cursor.fetchone()[0])


def test_morta_no_meio_a_proxima_pega_de_onde_parou(tmp_path: Path) -> None:
    for n in range(1, 8):
        cliente(str(n))
        recebido(str(n), DOMINGO)
    # the second stretch has a tag to take away, whose row the test holds
    Etiqueta.objects.create(
        codigo_cliente="4", tipo=TipoEtiqueta.TITULAR, desde=DOMINGO, motivo="Titular do contrato 9"
    )
    velha = timezone.now() - timedelta(hours=1)
    morta = Execucao.objects.create(
        rotina=CAMINHO, situacao=Execucao.Situacao.EXECUTANDO, iniciada_por="teste", iniciada_em=velha, heartbeat=velha
    )
    tranca = connection.copy()
    try:
        tranca.set_autocommit(False)
        with tranca.cursor() as cursor:
            cursor.execute("SELECT 1 FROM clientes_etiqueta WHERE codigo_cliente = '4' FOR UPDATE")
        _matar_quando_esperar(tmp_path, morta)
        tranca.rollback()
    finally:
        tranca.close()
    esperar(lambda: outros_conectados() == 0, 30, "o banco ainda não deu por falta da morta")
    assert tem_varejo() == ["1", "2"] and not HistoricoEtiqueta.objects.exists()

    seguinte = tipar()
    assert seguinte.contagens == {"clientes": 7, "varejo: dadas": 5, "titular: tiradas": 1}
    assert tem_varejo() == list("1234567") and HistoricoEtiqueta.objects.count() == 1
    morta.refresh_from_db()
    assert morta.situacao == Execucao.Situacao.INTERROMPIDA
    assert set(tipar().contagens) == {"clientes"}


def _matar_quando_esperar(pasta: Path, execucao: Execucao) -> None:
    processo = em_outro_processo(["tests.falhas.tipador", str(execucao.pk), DOMINGO.isoformat()], pasta / "tipador.log")
    try:
        esperar(espera_pela_linha, 90, (pasta / "tipador.log").read_text())
    finally:
        processo.kill()
        processo.wait()
