"""What waits for a seal and has it already: a row put in by hand, or by a restore of the data alone, stops nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from auditoria.models import ASelar, Selo
from auditoria.selador import selar
from auditoria.verificacao.services import verificar
from tests.auditoria.elenco import POR_DIA, atacar, escrever, evento, tres_dias_e_hoje

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _trilha(settings: Any, tmp_path: Path) -> None:
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path
    tres_dias_e_hoje()


def repetir(*sequencias: int) -> None:
    """No trigger is asleep: the database takes the row from anybody."""
    with connection.cursor() as cursor:
        for sequencia in sequencias:
            cursor.execute("INSERT INTO auditoria_a_selar (evento) VALUES (%s)", [evento(sequencia)])


def test_o_selador_tira_da_espera_o_que_ja_tem_selo_e_sela_o_resto() -> None:
    repetir(3, 5, 16)
    escrever(2)
    assert selar(lote=2) == 2
    assert Selo.objects.count() == 4 * POR_DIA + 2 and not ASelar.objects.exists()
    assert verificar().problemas == []


def test_a_verificacao_confere_com_um_selado_na_espera() -> None:
    repetir(3)
    feita = verificar()
    assert (feita.problemas, feita.completa) == ([], True)
    assert not ASelar.objects.exists()


def test_o_que_ja_saiu_do_postgresql_e_voltou_a_espera_so_e_acusado_pela_cadeia() -> None:
    """Of a partition that left only the seals are here: what an old copy put back to wait was not removed unsealed."""
    repetir(3)
    atacar(f"DELETE FROM auditoria_evento WHERE id = '{evento(3)}'")
    assert [(p["codigo"], p["sequencia"]) for p in verificar().problemas] == [("evento_removido", 3)]
