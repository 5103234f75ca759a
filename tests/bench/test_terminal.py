"""The till's file read without the project's own code says what the project's models say."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connections

from bench.terminal import VENDA, contar_replicadas, ler_terminal
from pdv.terminal.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, NotaFiscal, OperacaoPdv
from pdv.terminal.simulador import Parametros, simular


@pytest.mark.django_db(databases=["terminal"], transaction=True)
def test_le_o_mesmo_que_os_modelos() -> None:
    list(simular(Parametros(operacoes=40, ponto_venda=3)))
    arquivo = Path(str(connections["terminal"].settings_dict["NAME"]))
    terminal = ler_terminal(3, arquivo)
    assert len(terminal.operacoes) == OperacaoPdv.objects.using("terminal").count() == 40
    assert [(o.numero, o.total) for o in terminal.operacoes] == list(
        OperacaoPdv.objects.using("terminal").order_by("pk").values_list("pk", "valor_total")
    )
    itens = [item for o in terminal.operacoes for item in o.itens]
    do_modelo = ItemOperacaoPdv.objects.using("terminal")
    assert sum(item.quantidade for item in itens) == sum(do_modelo.values_list("quantidade_primaria", flat=True))
    pagos = [p.valor - p.troco for o in terminal.operacoes for p in o.pagamentos]
    lidos = FinalizadorOperacaoPdv.objects.using("terminal").values_list("valor", "valor_troco")
    assert sum(pagos) == sum(valor - troco for valor, troco in lidos)
    notas = NotaFiscal.objects.using("terminal")
    assert sum(n.total for n in terminal.notas) == sum(notas.values_list("valor_total", flat=True))
    assert {o.total for o in terminal.operacoes if o.especie == VENDA} == set(
        notas.values_list("valor_total", flat=True)
    )
    assert sum(n.tributos for n in terminal.notas) > Decimal(0)
    assert contar_replicadas(arquivo) == (0, 40 + notas.count())
    uma = notas.order_by("pk").values_list("pk", flat=True)[:1]
    notas.filter(pk__in=list(uma)).update(lojamix_sit_replicacao=9)
    assert contar_replicadas(arquivo) == (1, 40 + notas.count())
