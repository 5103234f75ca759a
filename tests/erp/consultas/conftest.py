"""The stand-ins, configured as `manage.py provedores_falsos` says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from erp.consultas.falsos import InfosimplesFalsa, SerproFalso
from erp.provedores.autorizacao import esquecer_tokens
from tests.erp.elenco import empresa


@pytest.fixture
def infosimples(settings: Any, db: None) -> Iterator[InfosimplesFalsa]:
    empresa()
    with InfosimplesFalsa(lento=1.5) as servidor:
        for nome, valor in servidor.ajustes().items():
            setattr(settings, nome, valor)
        settings.CONSULTAS_TEMPO_LIMITE = 5
        yield servidor


@pytest.fixture
def serpro(settings: Any, db: None) -> Iterator[SerproFalso]:
    esquecer_tokens()
    with SerproFalso(lento=1.5) as servidor:
        for nome, valor in servidor.ajustes().items():
            setattr(settings, nome, valor)
        settings.CONSULTAS_TEMPO_LIMITE = 5
        yield servidor
    esquecer_tokens()
