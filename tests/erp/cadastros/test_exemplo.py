from __future__ import annotations

import pytest
from django.core import serializers

from erp.cadastros.exemplo import carregar_exemplo
from erp.cadastros.models import Adquirente, CondicaoFinalizador, Conta, Filial, Finalizador, PontoVenda
from erp.cadastros.referencia import bandeiras, meios_pagamento, ufs

TABELAS = (Filial, PontoVenda, Conta, Finalizador, CondicaoFinalizador, Adquirente)


def retrato() -> list[str]:
    return [serializers.serialize("json", tabela.objects.order_by("pk")) for tabela in TABELAS]


@pytest.mark.django_db
def test_exemplo_duas_vezes_nao_muda_nada() -> None:
    carregar_exemplo()
    antes = retrato()
    carregar_exemplo()
    assert retrato() == antes
    assert [tabela.objects.count() for tabela in TABELAS] == [2, 3, 6, 10, 10, 1]


@pytest.mark.django_db
def test_exemplo_maior_completa_o_menor_e_respeita_o_que_a_equipe_mudou() -> None:
    carregar_exemplo(filiais=1, pontos_venda=1)
    Finalizador.objects.filter(codigo=3).update(nome="Crédito da casa")
    CondicaoFinalizador.objects.filter(finalizador__codigo=3).update(taxa_percentual=1)
    carregar_exemplo(filiais=3, pontos_venda=4)
    assert [pdv.filial.codigo for pdv in PontoVenda.objects.order_by("codigo")] == [1, 2, 3, 1]
    credito = Finalizador.objects.get(codigo=3)
    assert (credito.nome, credito.condicoes.get().taxa_percentual) == ("Crédito da casa", 1)


@pytest.mark.django_db
def test_cada_finalizador_do_exemplo_tem_como_virar_dinheiro() -> None:
    carregar_exemplo()
    for condicao in CondicaoFinalizador.objects.select_related("finalizador"):
        especie = condicao.finalizador.especie
        assert (condicao.conta is not None) == (especie == "pix")
        da_loja = condicao.finalizador.codigo == 21  # its own vale is owed by nobody else
        assert (condicao.adquirente is not None) == (especie in ("cartao", "vale") and not da_loja)


def test_tabelas_oficiais() -> None:
    assert meios_pagamento()["17"].descricao.startswith("Pagamento Instantâneo (PIX)")
    assert meios_pagamento()["03"].grupo_card == "sim"
    assert bandeiras()["06"] == "Elo"
    assert (len(ufs()), ufs()["MG"].codigo_ibge) == (27, "31")
