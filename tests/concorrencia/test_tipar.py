"""Two runs of the tags at once, on real connections, as when one was given up for dead: nothing twice, nothing lost."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from django.db import connection, transaction

from clientes.models import Etiqueta, HistoricoEtiqueta, TipoEtiqueta
from erp.planos.tipagem.faixas import comparar, faixas
from tests.concorrencia.test_drenos import juntos
from tests.erp.planos.tipagem.elenco import DOMINGO, cliente, recebido

pytestmark = pytest.mark.django_db(transaction=True)


def tipar_tudo(feitas: list[int]) -> None:
    """Adds how many tags each stretch of this run gave, took or changed."""
    for faixa in faixas(5):
        with transaction.atomic(), connection.cursor() as cursor:
            feitas += comparar(cursor, faixa, DOMINGO, gravar=True).mudancas.values()


def test_duas_ao_mesmo_tempo_fazem_o_trabalho_de_uma() -> None:
    for n in range(40):
        cliente(f"{n:02d}", aniversario=date(1970, 11, 24), celular="999999999")
        recebido(f"{n:02d}", DOMINGO)
        Etiqueta.objects.create(codigo_cliente=f"{n:02d}", tipo=TipoEtiqueta.TITULAR, desde=DOMINGO, motivo="x")
    feitas: list[int] = []
    juntos(partial(tipar_tudo, feitas), partial(tipar_tudo, feitas))
    assert sum(feitas) == 40 * 3
    assert Etiqueta.objects.count() == 80 and HistoricoEtiqueta.objects.count() == 40
    tipar_tudo(feitas)
    assert sum(feitas) == 40 * 3
