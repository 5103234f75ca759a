"""SIGKILL of who takes a month out, and of who writes, seals and ships: nothing is half done, nothing is lost."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from auditoria import particoes
from auditoria.arquivo.remessa import remeter
from auditoria.arquivo.retencao import reter
from auditoria.models import Arquivo, Evento, Retirada, Selo
from auditoria.selador import selar
from auditoria.verificacao.services import verificar
from tests.auditoria.arquivo.mes_velho import ANTIGOS, INICIO, VELHA, depois
from tests.auditoria.arquivo.mortes import matar_quando_esperar, ninguem_mais, processo
from tests.auditoria.elenco import escrever_em
from tests.auditoria.test_selador import outra_conexao

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sem_a_velha() -> Any:
    """These tests are not rolled back: the partition goes with them."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {VELHA}")


def ha_a_velha() -> bool:
    return VELHA in [p.nome for p in particoes.existentes()]


def test_morta_no_meio_da_retirada_nada_saiu_e_a_seguinte_retira(
    sem_a_velha: None, trilha: Any, url_do_mongo: str, tmp_path: Path
) -> None:
    with outra_conexao() as leitor:
        leitor.set_autocommit(False)
        with leitor.cursor() as cursor:  # the event and the row are written, and the DROP waits for this
            cursor.execute(f"SELECT 1 FROM {VELHA}")
        matar_quando_esperar("retirada", tmp_path, url_do_mongo, trilha.database.name)
        leitor.rollback()
    ninguem_mais()
    assert ha_a_velha() and not Retirada.objects.exists()
    assert Evento.objects.count() == ANTIGOS + 2 and verificar().integra
    assert reter(agora=depois()).eventos == ANTIGOS
    assert not ha_a_velha() and verificar().completa


def test_quem_inclui_entre_a_leitura_e_a_saida_faz_ler_de_novo(sem_a_velha: None, trilha: Any) -> None:
    with outra_conexao() as leitor:
        leitor.set_autocommit(False)
        with leitor.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {VELHA}")

        def enquanto_espera(_: float) -> None:
            escrever_em(particoes.seguinte(INICIO) - timedelta(days=1), 1)
            leitor.rollback()

        feita = reter(agora=depois(), dormir=enquanto_espera)
    assert feita.retiradas == 0 and "alguém incluiu eventos nela" in feita.adiada
    assert ha_a_velha() and Evento.objects.count() == ANTIGOS + 3


@pytest.mark.parametrize("mortes", [2, pytest.param(30, marks=pytest.mark.prova)])
def test_morto_entre_escrever_selar_e_mandar(
    pastas: None, arquivo: Any, url_do_mongo: str, tmp_path: Path, mortes: int
) -> None:
    for n in range(mortes):
        antes, fim = Evento.objects.count(), time.monotonic() + 60
        with processo("caminho", tmp_path, url_do_mongo, arquivo.name) as vivo:
            assert vivo.stdout is not None and vivo.stdout.readline() == b"pronto\n", _registro(tmp_path)
            while not n and Evento.objects.count() < antes + 40:  # the first one is not killed before it did something
                assert time.monotonic() < fim, _registro(tmp_path)
                time.sleep(0.05)
            time.sleep(random.uniform(0.05, 0.6))
        ninguem_mais()
        ate = Arquivo.objects.values_list("ate", flat=True).first() or 0
        assert Evento.objects.count() % 20 == 0 and Evento.objects.count() >= Selo.objects.count() >= ate
    selar(esperar=30)
    assert not remeter(insistir=True).erro
    total = Evento.objects.count()
    feita = verificar()
    assert feita.integra and feita.eventos == total == Selo.objects.count()
    assert feita.arquivo == f"{total} documentos do arquivo conferidos."


def _registro(pasta: Path) -> str:
    return (pasta / "remetedor.log").read_text()
