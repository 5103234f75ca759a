"""The cast, with tills that issue no notes unless a test says so, and manifests as the service takes them."""

from __future__ import annotations

from typing import Any

import pytest

from erp.cadastros.models import PontoVenda
from pdv.conferencia.models import DiaConferido
from pdv.conferencia.recepcao import receber_manifestos
from pdv.conferencia.services import recalcular_tocados
from tests.pdv.conferencia.fabricas import nova_remessa
from tests.pdv.elenco import INSTALACAO, Elenco, montar_elenco
from tests.pdv.fabricas import em_json


@pytest.fixture
def elenco(db: None) -> Elenco:
    elenco = montar_elenco()
    PontoVenda.objects.update(emite_nota=False)
    return elenco


def declarar(pdv: PontoVenda, *manifestos: dict[str, Any], instalacao: Any = INSTALACAO) -> list[str]:
    """Receive manifests of a till; the result of each."""
    corpo = em_json(nova_remessa(*manifestos, instalacao=instalacao))
    return [r.resultado for r in receber_manifestos(corpo=corpo, ponto_venda=pdv).manifestos]


def conferir(pdv: PontoVenda) -> DiaConferido:
    """Run the routine; the till's one day on the board."""
    recalcular_tocados()
    return DiaConferido.objects.get(ponto_venda=pdv)


def motivos(linha: DiaConferido) -> dict[str, int]:
    return {m["codigo"]: m["quantidade"] for m in linha.motivos}
