"""The transformation, row by row: what changes in the content of the example, and what comes of it (spec/004, Queue §3)."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientes.loja_cliente.rules import montar_payload
from filas.erros import ErroDefinitivo
from tests.clientes.loja_cliente.conteudos import EXEMPLO, PAYLOAD, conteudo

FORA = {"ESTRANGEIRO": "1", "UF": "EX", "IBGE": ""}  # who lives abroad
MG = {"ESTRANGEIRO": "1", "IBGE": ""}  # a foreigner who lives in Minas


def test_o_exemplo_da_especificacao_vira_o_payload_do_desenho() -> None:
    assert montar_payload(EXEMPLO) == PAYLOAD
    assert list(montar_payload(EXEMPLO)) == list(PAYLOAD)


def fone(*valores: str) -> list[dict[str, str]]:
    """Contacts: a number is TELEFONE; `c:` is CELULAR; one with @ is EMAIL."""
    tipos = ["CELULAR" if v.startswith("c:") else "EMAIL" if "@" in v else "TELEFONE" for v in valores]
    return [{"tipo": tipo, "valor": valor.removeprefix("c:")} for tipo, valor in zip(tipos, valores, strict=True)]


SO_FONE = {"EMAIL": "", "CELULAR": "", "DDD_CELULAR": ""}


@pytest.mark.parametrize(
    ("mudancas", "esperado"),
    [
        ({"DDD": "21", "TELEFONE": "999999999"}, fone("21999999999")),  # 2 + 9 digits
        ({"DDD": "31", "TELEFONE": "33334444"}, fone("3133334444")),  # 8 digits: 2 + 8, and no ninth is made up
        ({"DDD": "(31)", "TELEFONE": "3333-4444"}, fone("3133334444")),  # masked
        ({"DDD": "031", "TELEFONE": "33334444"}, fone("03133334444")),  # the rule only removes what is no digit
        ({"DDD": "", "TELEFONE": "33334444"}, fone("33334444")),  # no area code: the number alone
        ({"DDD": None, "TELEFONE": "33334444"}, fone("33334444")),
        ({"DDD": "31", "TELEFONE": ""}, []),  # an area code alone is no phone
        ({"DDD": "31", "TELEFONE": None}, []),
        ({"DDD": "31", "TELEFONE": "   "}, []),
        ({"DDD": "31", "TELEFONE": "NAO TEM"}, []),  # letters only: nothing is left
        ({"DDD": "31", "TELEFONE": "r. 3333 4444 x"}, fone("3133334444")),
        ({"DDD": 31, "TELEFONE": 33334444}, fone("3133334444")),  # numbers
        ({"DDD": "٣١", "TELEFONE": "33334444"}, fone("33334444")),  # Arabic numerals are no 0 to 9
        ({"TELEFONE": "", "DDD_CELULAR": "11", "CELULAR": "98765-4321"}, fone("c:11987654321")),
        ({"TELEFONE": "", "DDD_CELULAR": "+55", "CELULAR": "87654321"}, fone("c:5587654321")),
        ({"TELEFONE": "", "DDD_CELULAR": "11", "CELULAR": ""}, []),
        (
            {"DDD": "21", "TELEFONE": "22223333", "DDD_CELULAR": "11", "CELULAR": "987654321", "EMAIL": "a@b.br"},
            fone("2122223333", "c:11987654321", "a@b.br"),  # in this order
        ),
        ({"TELEFONE": "", "EMAIL": "  a@b.br "}, fone("a@b.br")),
        ({"TELEFONE": "", "EMAIL": "   "}, []),
        ({"TELEFONE": "", "EMAIL": None}, []),
    ],
)
def test_contatos_3_2(mudancas: dict[str, Any], esperado: list[dict[str, str]]) -> None:
    assert montar_payload(conteudo(**SO_FONE | mudancas))["contatos"] == esperado


ENDERECO: list[tuple[dict[str, Any], str, str]] = [
    # §3.3 logradouro
    ({"TIPO_LOGRADOURO": "AV", "ENDERECO": "BRASIL"}, "logradouro", "AV BRASIL"),
    ({"TIPO_LOGRADOURO": "", "ENDERECO": "BRASIL"}, "logradouro", "BRASIL"),  # no space at the left
    ({"TIPO_LOGRADOURO": None, "ENDERECO": "BRASIL"}, "logradouro", "BRASIL"),
    ({"TIPO_LOGRADOURO": "RUA", "ENDERECO": ""}, "logradouro", "RUA"),  # none at the right
    ({"TIPO_LOGRADOURO": "", "ENDERECO": ""}, "logradouro", ""),
    ({"TIPO_LOGRADOURO": " RUA ", "ENDERECO": "  X  Y "}, "logradouro", "RUA X  Y"),  # the ends; not the middle
    ({"TIPO_LOGRADOURO": "RUA", "ENDERECO": 'D\'ÁGUA "1"'}, "logradouro", 'RUA D\'ÁGUA "1"'),
    # §3.12 truncation: 'RUA' + ' ' = 4 characters, so 246 of the address fit
    ({"TIPO_LOGRADOURO": "RUA", "ENDERECO": "A" * 245}, "logradouro", "RUA " + "A" * 245),  # 249
    ({"TIPO_LOGRADOURO": "RUA", "ENDERECO": "A" * 246}, "logradouro", "RUA " + "A" * 246),  # 250: whole
    ({"TIPO_LOGRADOURO": "RUA", "ENDERECO": "A" * 247}, "logradouro", "RUA " + "A" * 246),  # 251: one less
    ({"TIPO_LOGRADOURO": "RUA", "ENDERECO": "Ç" * 400}, "logradouro", "RUA " + "Ç" * 246),  # characters, not bytes
    ({"COMPLEMENTO": "APTO 101"}, "complemento", "APTO 101"),
    ({"COMPLEMENTO": None}, "complemento", ""),
    ({"COMPLEMENTO": "B" * 250}, "complemento", "B" * 250),
    ({"COMPLEMENTO": "B" * 251}, "complemento", "B" * 250),
    # §3.4 CEP
    ({"CEP": "06845-330"}, "cep", "06845330"),
    ({"CEP": "06.845-330"}, "cep", "06845330"),
    ({"CEP": "6845330"}, "cep", "06845330"),  # 7 digits: a zero
    ({"CEP": "30110"}, "cep", "00030110"),  # 5 digits: three zeros
    ({"CEP": 6845330}, "cep", "06845330"),  # a number lost its zero
    ({"CEP": "1"}, "cep", "00000001"),
    ({"CEP": ""}, "cep", ""),  # none is made up
    ({"CEP": None}, "cep", ""),
    ({"CEP": "SEM CEP"}, "cep", ""),
    ({"CEP": "123456789"}, "cep", "123456789"),  # nine: the rule fills, it does not cut
    ({**FORA, "CEP": "SW1A 1AA"}, "cep", "00000011"),  # the rule knows no foreign code
    # §3.5 NUMERO
    ({"NUMERO": "370-A"}, "numero", "370"),
    ({"NUMERO": "S/N"}, "numero", ""),
    ({"NUMERO": ""}, "numero", ""),
    ({"NUMERO": None}, "numero", ""),
    ({"NUMERO": 370}, "numero", "370"),
    ({"NUMERO": "1.200"}, "numero", "1200"),
    ({"NUMERO": "0"}, "numero", "0"),
    ({"NUMERO": "12½"}, "numero", "12"),
    # §3.8 UF
    ({"UF": "SP"}, "uf", "SP"),
    ({"UF": " mg "}, "uf", "MG"),
    ({"UF": "XX"}, "uf", ""),  # national: empty
    ({"UF": ""}, "uf", ""),
    ({"UF": None}, "uf", ""),
    ({"UF": "EX"}, "uf", ""),  # a national in EX: EX is none of the 27
    ({**FORA, "UF": "EX"}, "uf", "EX"),
    ({**FORA, "UF": "ex"}, "uf", "EX"),
    ({**FORA, "UF": ""}, "uf", "EX"),  # foreigner: EX
    ({**FORA, "UF": None}, "uf", "EX"),
    ({**FORA, "UF": "NY"}, "uf", "EX"),
    ({**MG, "UF": "MG"}, "uf", "MG"),  # a valid one stays
    # §3.9 IBGE
    ({"IBGE": "3106200"}, "ibge", "3106200"),
    ({"IBGE": 3106200}, "ibge", "3106200"),
    ({**FORA, "IBGE": ""}, "ibge", "9999999"),
    ({**FORA, "IBGE": None}, "ibge", "9999999"),
    ({**FORA, "IBGE": "3106200"}, "ibge", "9999999"),
    ({**MG, "UF": "MG"}, "ibge", "9999999"),  # by the person, not by the UF
    ({"ESTRANGEIRO": 1, "IBGE": ""}, "ibge", "9999999"),  # a number
    # §3.7 BACEN: taken as it is, zeros too
    ({"PAIS_BC": "1058"}, "bacen", "1058"),
    ({**FORA, "PAIS": "AFEGANISTAO", "PAIS_BC": "0132"}, "bacen", "0132"),
    ({**FORA, "PAIS": " FRANÇA ", "PAIS_BC": "2755"}, "pais", "FRANÇA"),
    ({"BAIRRO": None}, "bairro", ""),
    ({"CIDADE": " BELO HORIZONTE "}, "cidade", "BELO HORIZONTE"),
]


@pytest.mark.parametrize(("mudancas", "campo", "esperado"), ENDERECO)
def test_endereco_3_3_a_3_12(mudancas: dict[str, Any], campo: str, esperado: str) -> None:
    [endereco] = montar_payload(conteudo(**mudancas))["enderecos"]
    assert endereco[campo] == esperado


@pytest.mark.parametrize(
    ("status", "esperado"),
    [
        ("1", "1"), (1, "1"), (" 1 ", "1"), ("0", "0"), (0, "0"), ("", "0"), (None, "0"), ("2", "0"), ("A", "0"),
        ("01", "0"), ("10", "0"), ("true", "0"), ("-1", "0"),
    ],
)  # fmt: skip
def test_status_3_10(status: Any, esperado: str) -> None:
    assert montar_payload(conteudo(STATUS=status))["situacao"] == esperado


@pytest.mark.parametrize(
    ("cpf_cgc", "rg_ie", "esperado"),
    [
        # 11 letters and digits or fewer: a person, zeros up to 11
        ("52998224725", "MG-12.345.678", {"tipo": "FISICA", "cpf": "52998224725", "identidade": "12345678"}),
        ("529.982.247-25", "", {"tipo": "FISICA", "cpf": "52998224725"}),  # 14 characters, 11 of them count
        ("1234567890", "", {"tipo": "FISICA", "cpf": "01234567890"}),  # 10 + 1 zero
        (1234567890, "", {"tipo": "FISICA", "cpf": "01234567890"}),
        ("191", "", {"tipo": "FISICA", "cpf": "00000000191"}),  # 3 + 8 zeros
        ("AB123456", "", {"tipo": "FISICA", "cpf": "000AB123456"}),  # letters stay
        ("", "", {"tipo": "FISICA"}),  # empty documents are left out
        (None, None, {"tipo": "FISICA"}),
        ("..-/", "ISENTO", {"tipo": "FISICA"}),  # nothing that counts, in either
        ("52998224725", "12.345.678-X", {"tipo": "FISICA", "cpf": "52998224725", "identidade": "12345678"}),
        # more than 11: a company, zeros up to 14
        ("123456780001", "", {"tipo": "JURIDICA", "cnpj": "00123456780001"}),  # 12 + 2
        ("1222333000181", "", {"tipo": "JURIDICA", "cnpj": "01222333000181"}),  # 13 + 1
        ("11222333000181", "062.307.904/0081", {"tipo": "JURIDICA", "cnpj": "11222333000181", "ie": "0623079040081"}),
        ("11.222.333/0001-81", "ISENTO", {"tipo": "JURIDICA", "cnpj": "11222333000181"}),
        ("00.000.000/0001-91", "", {"tipo": "JURIDICA", "cnpj": "00000000000191"}),  # leading zeros count
        ("12ABC34501DE35", "", {"tipo": "JURIDICA", "cnpj": "12ABC34501DE35"}),  # alphanumeric
        ("12.abc.345/01de-35", "1", {"tipo": "JURIDICA", "cnpj": "12ABC34501DE35", "ie": "1"}),
        (11222333000181, "", {"tipo": "JURIDICA", "cnpj": "11222333000181"}),
    ],
)
def test_pessoa_3_11(cpf_cgc: Any, rg_ie: Any, esperado: dict[str, str]) -> None:
    payload = montar_payload(conteudo(CPF_CGC=cpf_cgc, RG_IE=rg_ie))
    assert {k: v for k, v in payload.items() if k in {"tipo", "cpf", "cnpj", "identidade", "ie"}} == esperado


def test_o_tamanho_do_documento_decide_mesmo_quando_pf_pj_diz_outra_coisa() -> None:
    assert montar_payload(conteudo(CPF_CGC="11222333000181", PF_PJ="1"))["tipo"] == "JURIDICA"
    assert montar_payload(conteudo(CPF_CGC="52998224725", PF_PJ="0"))["tipo"] == "FISICA"


@pytest.mark.parametrize(
    ("mudancas", "codigo", "trechos"),
    [
        ({"IBGE": ""}, "SEM_IBGE", ["município (BELO HORIZONTE/MG)"]),  # §3.6
        ({"IBGE": None}, "SEM_IBGE", ["código IBGE"]),
        ({"IBGE": "   "}, "SEM_IBGE", ["código IBGE"]),
        ({"IBGE": "", "CIDADE": "", "UF": ""}, "SEM_IBGE", ["cidade em branco/UF em branco"]),
        ({"IBGE": "", "UF": "EX"}, "SEM_IBGE", ["a UF é EX", "Marque-o como estrangeiro"]),
        ({"IBGE": "", "ESTRANGEIRO": ""}, "SEM_IBGE", ["código IBGE"]),  # empty is national
        ({"IBGE": "", "ESTRANGEIRO": None}, "SEM_IBGE", ["código IBGE"]),
        ({"IBGE": "", "ESTRANGEIRO": "S"}, "SEM_IBGE", ["código IBGE"]),  # only 1 is a foreigner
        ({"PAIS_BC": "", "PAIS": "BRAZIL"}, "SEM_BACEN", ["país (BRAZIL)"]),  # §3.7
        ({"PAIS_BC": None, "PAIS": None}, "SEM_BACEN", ["país (em branco)"]),
        ({**FORA, "PAIS_BC": " "}, "SEM_BACEN", ["código BACEN"]),  # of foreigners too
        ({"IBGE": "", "PAIS_BC": ""}, "SEM_IBGE", ["código IBGE", "código BACEN"]),  # both are told
        ({"CPF_CGC": "112223330001811"}, "DOCUMENTO_LONGO", ["15 letras e números"]),  # never cut
        ({"CPF_CGC": "11.222.333/0001-811"}, "DOCUMENTO_LONGO", ["15 letras e números"]),
        ({**FORA, "CPF_CGC": "A" * 19}, "DOCUMENTO_LONGO", ["19 letras e números"]),
    ],
)
def test_o_que_interrompe_o_envio(mudancas: dict[str, Any], codigo: str, trechos: list[str]) -> None:
    with pytest.raises(ErroDefinitivo) as erro:
        montar_payload(conteudo(**mudancas))
    assert erro.value.codigo == codigo
    assert [trecho for trecho in trechos if trecho not in erro.value.mensagem] == []
    assert "11222333" not in erro.value.mensagem


@pytest.mark.parametrize(
    ("aniversario", "esperado"),
    [
        ("1993-07-04", "1993-07-04"), ("1993-07-04 00:00:00", "1993-07-04"), ("1993-07-04T00:00:00Z", "1993-07-04"),
        ("1993-07-04 00:00:00.000", "1993-07-04"), ("", ""), (None, ""), ("04/07/1993", "04/07/1993"),
        ("1993-07-041", "1993-07-041"),
    ],
)  # fmt: skip
def test_nascimento(aniversario: Any, esperado: str) -> None:
    assert montar_payload(conteudo(ANIVERSARIO=aniversario))["nascimento"] == esperado


def test_campo_ausente_e_como_vazio_e_o_conteudo_nao_muda() -> None:
    minimo = {"CODIGO_CLIENTE": "7", "IBGE": "3106200", "PAIS_BC": "1058", "NOVO": "ignorado"}
    antes = copy.deepcopy(minimo)
    payload = montar_payload(minimo)
    assert minimo == antes
    assert payload["contatos"] == [] and payload["situacao"] == "0" and payload["nome"] == ""
    assert "cpf" not in payload and "cnpj" not in payload and "novo" not in payload


@given(
    st.dictionaries(
        st.sampled_from(list(EXEMPLO)), st.one_of(st.none(), st.text(max_size=300), st.integers(), st.booleans())
    )
)
def test_qualquer_conteudo_da_payload_ou_um_motivo(mudancas: dict[str, Any]) -> None:
    try:
        payload = montar_payload(conteudo(**mudancas))
    except ErroDefinitivo as erro:
        assert erro.codigo in {"SEM_IBGE", "SEM_BACEN", "DOCUMENTO_LONGO"}
        return
    [endereco] = payload["enderecos"]
    assert len(endereco["logradouro"]) <= 250 and len(endereco["complemento"]) <= 250
    assert all(isinstance(valor, str) for valor in endereco.values())
    assert payload["situacao"] in {"0", "1"} and payload["estrangeiro"] in {"0", "1"}
    assert len(payload.get("cpf", "0" * 11)) == 11 and len(payload.get("cnpj", "0" * 14)) == 14
