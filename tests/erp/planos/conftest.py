from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.erp.elenco import empresa
from tests.erp.planos.invariantes import verificar


@pytest.fixture
def funeraria(db: None) -> Iterator[None]:
    """The company, and at the end every guarantee."""
    empresa()
    yield
    verificar()
