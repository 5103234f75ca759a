from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from erp.assinaturas.falso import PlugSignFalsa
from tests.erp.assinaturas.invariantes import verificar
from tests.erp.elenco import empresa


@pytest.fixture
def plug(db: None, settings: Any) -> Iterator[PlugSignFalsa]:
    """The company, and the stand-in of PlugSign. One call at a time: the rows of a test are of its own connection."""
    empresa()
    with PlugSignFalsa(lento=1.5) as servidor:
        settings.PLUGSIGN_URL, settings.PLUGSIGN_TOKEN = servidor.url, "falso"
        settings.PLUGSIGN_WEBHOOK_SEGREDO = "segredo-do-teste"
        settings.PLUGSIGN_TEMPO_LIMITE, settings.PLUGSIGN_SIMULTANEAS = 5, 1
        yield servidor
    verificar()
