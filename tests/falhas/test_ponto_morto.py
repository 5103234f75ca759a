"""SIGKILL of the day's run, midway: the sheets it had made stand, what it had in hand never was, and the next ends the work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from erp.colaboradores.models import Colaborador, FolhaDia, FolhaDiaVersao, Tratamento
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from tests.erp.colaboradores.elenco import SEGUNDA, colaborador, marcar, na_escala
from tests.falhas.test_tipar_morto import espera_pela_linha, outros_conectados
from tests.falhas.vivos import em_outro_processo, esperar

CAMINHO = "RegistroPonto/GerarRegistroPontosRotina"
pytestmark = pytest.mark.django_db(transaction=True)


def test_morta_no_meio_a_proxima_pega_de_onde_parou(tmp_path: Path) -> None:
    pessoas = [na_escala(colaborador()) for _ in range(7)]
    for pessoa in pessoas[:3]:
        marcar(pessoa, SEGUNDA, "08:00", "12:00", "13:00", "17:00")
    velha = timezone.now() - timedelta(hours=1)
    morta = Execucao.objects.create(
        rotina=CAMINHO, situacao=Execucao.Situacao.EXECUTANDO, iniciada_por="teste", iniciada_em=velha,
        heartbeat=velha, referencia=SEGUNDA,
    )  # fmt: skip
    tranca = connection.copy()
    try:
        tranca.set_autocommit(False)
        with tranca.cursor() as cursor:  # the second batch waits for this row
            cursor.execute("SELECT 1 FROM colaboradores_colaborador WHERE id = %s FOR UPDATE", [pessoas[3].pk])
        _matar_quando_esperar(tmp_path, morta)
        tranca.rollback()
    finally:
        tranca.close()
    esperar(lambda: outros_conectados() == 0, 30, "o banco ainda não deu por falta da morta")
    assert set(FolhaDia.objects.values_list("colaborador", flat=True)) == {pessoas[0].pk, pessoas[1].pk}

    seguinte = executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA)
    assert seguinte.situacao == Execucao.Situacao.SUCESSO, seguinte.erro
    assert (seguinte.contagens["novas"], seguinte.contagens["ausencias"]) == (5, 4)
    assert FolhaDia.objects.count() == Colaborador.objects.count() == 7
    assert Tratamento.objects.filter(tipo="ausencia").count() == 4
    assert not FolhaDiaVersao.objects.exists()
    morta.refresh_from_db()
    assert morta.situacao == Execucao.Situacao.INTERROMPIDA


def _matar_quando_esperar(pasta: Path, execucao: Execucao) -> None:
    processo = em_outro_processo(
        ["tests.falhas.apontador", str(execucao.pk), SEGUNDA.isoformat()], pasta / "apontador.log"
    )
    try:
        esperar(espera_pela_linha, 90, (pasta / "apontador.log").read_text())
    finally:
        processo.kill()
        processo.wait()
