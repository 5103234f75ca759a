"""The access key: check digit, shape, parts."""

import pytest

from erp.fiscal.chave import chave_bem_formada, chave_dv, chave_valida, partes_da_chave

# keys of public documents, and the two synthetic ones with letters in the CNPJ
CHAVES = [
    "35180109071370000194650010000001431171025444",
    "53170814346737000175650000000075631858014075",
    "41170706117473000150550010000463202612756525",
    "15231207933914000154550010006643501427015088",
    "35170827192750000240590002257540001395955127",
    "35150908723218000186599000040190000378585470",
    "35260812ABC34501DE35650010000001231123456783",
    "35261112ABC34501DE35650010000000121100004442",
]


@pytest.mark.parametrize("chave", CHAVES)
def test_dv_de_chaves_conhecidas(chave: str) -> None:
    assert chave_dv(chave[:43]) == chave[43]
    assert chave_valida(chave)


@pytest.mark.parametrize("chave", CHAVES)
def test_nenhum_outro_dv_e_aceito(chave: str) -> None:
    outros = [chave[:43] + str(dv) for dv in range(10) if str(dv) != chave[43]]
    assert not any(map(chave_valida, outros))


@pytest.mark.parametrize("chave", CHAVES)
def test_um_algarismo_trocado_e_percebido(chave: str) -> None:
    """Each weight is between 2 and 9, so adding one to a digit always moves the sum modulo 11."""
    for posicao in range(18, 43):
        trocado = str((int(chave[posicao]) + 1) % 10)
        if int(chave[posicao]) == 9:
            continue  # 9 to 0 takes nine away, which a weight may hide where the remainder is 0 or 1
        outra = chave[:posicao] + trocado + chave[posicao + 1 :]
        restos_que_dao_zero = chave_dv(outra[:43]) == chave[43] == "0"
        assert not chave_valida(outra) or restos_que_dao_zero


@pytest.mark.parametrize("resto", [0, 1])
def test_resto_zero_ou_um_da_dv_zero(resto: int) -> None:
    """With every digit zero but the last (weight 2) the sum is 2 x last; 0 gives 0, and 6 x 2 = 12 leaves 1."""
    ultimo = {0: "0", 1: "6"}[resto]
    assert chave_dv("0" * 42 + ultimo) == "0"


@pytest.mark.parametrize(
    "texto",
    [
        "",
        "x",
        CHAVES[0][:43],
        CHAVES[0] + "1",
        CHAVES[6].lower(),
        "A" + CHAVES[0][1:],
        CHAVES[0][:30] + "A" + CHAVES[0][31:],
        CHAVES[0][:43] + "²",
        "٣" * 44,
        CHAVES[0] + "\n",
    ],
)
def test_o_que_nao_tem_forma_de_chave(texto: str) -> None:
    assert not chave_bem_formada(texto)
    assert not chave_valida(texto)
    with pytest.raises(ValueError, match="esperada uma chave de 44"):
        partes_da_chave(texto)


def test_dv_pede_quarenta_e_tres_caracteres() -> None:
    with pytest.raises(ValueError, match="esperados 43 caracteres"):
        chave_dv(CHAVES[0])


def test_partes_de_uma_nfce() -> None:
    partes = partes_da_chave("35260812ABC34501DE35650010000001231123456783")
    assert partes == ("35", "2608", "12ABC34501DE35", "65", 1, 123, "1", "12345678", "3")


def test_partes_de_um_cfe_sat() -> None:
    partes = partes_da_chave("35170827192750000240590002257540001395955127")
    assert partes == ("35", "1708", "27192750000240", "59", 225754, 139, "", "595512", "7")
