import re

import pytest

from pdv.terminal.catalogo import MAXIMO, catalogo, digito_gtin


def test_catalogo_tem_cinco_mil_produtos_diferentes() -> None:
    produtos = catalogo(MAXIMO)
    assert [p.codigo for p in produtos] == list(range(1, MAXIMO + 1))
    assert len({p.gtin for p in produtos}) == len({p.descricao for p in produtos}) == MAXIMO


def test_catalogo_menor_e_o_comeco_do_maior() -> None:
    assert catalogo(100) == catalogo(MAXIMO)[:100]


# the textbook example of GS1, and a product anyone can look up
@pytest.mark.parametrize(("corpo", "digito"), [("629104150021", "3"), ("789100031550", "7"), ("0000000", "0")])
def test_digito_gtin(corpo: str, digito: str) -> None:
    assert digito_gtin(corpo) == digito


def test_produtos_cabem_nos_campos_do_pdv_e_da_nota() -> None:
    for produto in catalogo(MAXIMO):
        assert digito_gtin(produto.gtin[:-1]) == produto.gtin[-1]
        assert len(produto.gtin) == 13
        assert re.fullmatch(r"\d{8}", produto.ncm)
        assert 0 < len(produto.descricao) <= 120
        assert produto.preco > 0 and produto.preco.as_tuple().exponent == -2


def test_parte_dos_produtos_e_vendida_por_peso() -> None:
    assert 10 <= sum(p.por_peso for p in catalogo(100)) <= 50


@pytest.mark.parametrize("quantidade", [0, -1, MAXIMO + 1])
def test_catalogo_recusa_tamanho_impossivel(quantidade: int) -> None:
    with pytest.raises(ValueError, match="esperado de 1 a 5000"):
        catalogo(quantidade)
