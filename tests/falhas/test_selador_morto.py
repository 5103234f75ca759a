"""SIGKILL of who writes events and seals them: what was committed is sealed once, by whoever comes next."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from auditoria.models import Evento, Selo
from auditoria.selador import selar
from auditoria.verificacao.services import verificar
from tests.auditoria.test_selador import conferir_cadeia
from tests.falhas.vivos import em_outro_processo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("mortes", [1, pytest.param(20, marks=pytest.mark.prova)])
def test_morto_entre_escrever_e_selar(mortes: int, settings: Any, tmp_path: Path) -> None:
    settings.AUDITORIA_RESUMOS, settings.RETAGUARDA_DADOS = tmp_path / "fora", tmp_path
    for _ in range(mortes):
        antes = Evento.objects.count()
        processo = em_outro_processo(["tests.falhas.selador"], tmp_path / f"selador-{antes}.log")
        try:
            processo.disse("pronto")
            time.sleep(random.uniform(0.1, 0.5))
        finally:
            processo.kill()
            processo.wait()
        assert Evento.objects.count() % 50 == 0
        assert mortes > 1 or Evento.objects.count() > antes
    selar(esperar=30)  # a server process may not have noticed the death yet: it holds the lock until it does
    assert Evento.objects.count() == Selo.objects.count()
    conferir_cadeia()
    assert verificar().integra
