"""A till that has said something is not deleted: it is made inactive."""

from __future__ import annotations

import pytest

from erp.cadastros.usos import usos_de
from tests.pdv.elenco import DINHEIRO, estagiar_venda, montar_elenco

pytestmark = pytest.mark.django_db


def test_pdv_com_operacoes_esta_em_uso() -> None:
    elenco = montar_elenco()
    estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    assert usos_de(elenco.pdv) == ["operações"]
    assert usos_de(elenco.pdv2) == []
