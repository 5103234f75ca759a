from __future__ import annotations

import pytest
from django.db import connection

from erp.cadastros.exemplo import carregar_produtos
from erp.cadastros.models import Produto
from erp.cadastros.textos import palavras

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _produtos(db: None) -> None:
    carregar_produtos(
        [
            (22, "7891000100103", "Café Pilão Pão-de-açúcar 500g", "", "UN", "10"),
            (51, "", "COCA-COLA 2L/PET refrig.coca", "", "UN", "8"),
            (510, "", "Cachaça 51 d'Água", "", "UN", "12"),
        ]
    )


@pytest.mark.parametrize(
    ("busca", "codigos"),
    [
        ("pao acucar", [22]),
        ("PILÃO", [22]),
        ("acuc caf", [22]),  # beginnings, in any order
        ("78910001", [22]),  # beginning of the barcode
        ("51", [51, 510]),  # a code, the beginning of another, and a word
        ("agua", [510]),
        ("refrig", [51]),
        ("pet", [51]),
        ("café guaraná", []),
        ("!!! ", []),
        ("cafe | x:* & (", []),  # the operators of tsquery are only punctuation
        ("", []),
    ],
)
def test_busca_por_comeco_de_palavra_sem_acento(busca: str, codigos: list[int]) -> None:
    assert list(Produto.objects.buscar(busca).order_by("codigo").values_list("codigo", flat=True)) == codigos


@pytest.mark.parametrize(
    "descricao", ["Ação º² ﬁm", "ÀÉÎÕÜ ç Ñ", "tab\te  dois   espaços", "a/b.c,d;e-f'g", "½ l", "日本"]
)
def test_banco_e_python_leem_as_mesmas_palavras(descricao: str) -> None:
    produto = Produto.objects.create(codigo=1, descricao=descricao)
    produto.refresh_from_db()
    assert produto.busca.split() == [*palavras(descricao), "1"]


def test_busca_acompanha_qualquer_gravacao() -> None:
    Produto.objects.filter(codigo=22).update(descricao="Chá mate")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cadastros_produto SET codigo_barras = '123' WHERE codigo = 51")
    assert Produto.objects.buscar("cha").exists()
    assert not Produto.objects.buscar("pilao").exists()
    assert Produto.objects.buscar("123").exists()


def test_busca_usa_o_indice() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    # in no order: of so few rows the planner may rather read them all by the index of the code, which is the list's order
    assert "produto_busca" in Produto.objects.buscar("cafe").order_by().explain()


def test_carregar_produtos_de_novo_atualiza_e_nao_repete() -> None:
    linha = (22, "7891000100103", "Café novo", "09012100", "UN", "11.50")
    assert carregar_produtos([linha, linha]) == 1
    produto = Produto.objects.get(codigo=22)
    assert (produto.descricao, str(produto.preco), produto.ncm) == ("Café novo", "11.50", "09012100")
    assert Produto.objects.count() == 3
