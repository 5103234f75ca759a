"""The archive, over a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditoria.arquivo.colecao import NOME
from tests.auditoria.arquivo.mes_velho import montar
from tests.ferretdb.servidor import arquivo, ferret, url_do_mongo

__all__ = ["arquivo", "ferret", "url_do_mongo"]


@pytest.fixture
def pastas(settings: Any, tmp_path: Path) -> None:
    """Keys and digests of this test alone; and events leave PostgreSQL after a day."""
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path
    settings.AUDITORIA_DIAS = 1


@pytest.fixture
def trilha(pastas: None, arquivo: Any) -> Any:
    """`mes_velho.montar`; the value is the collection."""
    montar()
    return arquivo[NOME]
