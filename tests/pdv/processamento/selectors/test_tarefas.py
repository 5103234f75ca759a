"""What of the tills the morning's letter tells each person: of the filiais that person sees."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from pdv.processamento.selectors.tarefas import operacoes_paradas
from pdv.replicacao.models import OperacaoPdv
from pdv.tabelas import Especie
from tests.pdv.elenco import estagiar, montar_elenco
from tests.pdv.processamento.conftest import pessoa

pytestmark = pytest.mark.django_db


def test_cada_um_ouve_das_operacoes_paradas_das_suas_filiais() -> None:
    elenco = montar_elenco()
    do_centro = [estagiar(elenco.pdv, Especie.VENDA, D("10.00")) for _ in range(2)]
    da_outra = estagiar(elenco.pdv3, Especie.VENDA, D("10.00"))
    OperacaoPdv.objects.filter(pk__in=[o.pk for o in (*do_centro, da_outra)]).update(situacao_replicacao=2)

    do_gerente = list(operacoes_paradas(pessoa("ana", "gerente", filiais=[elenco.centro])))

    assert [t.texto for t in do_gerente] == ["2 operações do PDV estão com erro"]
    assert do_gerente[0].caminho.startswith("/admin/replicacao/operacaopdv/?situacao=2")
    assert list(operacoes_paradas(pessoa("davi", filiais=[elenco.centro]))) == []
