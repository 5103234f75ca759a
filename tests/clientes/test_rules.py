from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest
from validate_docbr import CPF

from clientes import rules

HOJE = date(2026, 8, 1)


@pytest.mark.parametrize(
    ("informado", "cpf_cgc", "rg_ie", "estrangeiro", "codigo"),
    [
        ("  ABC 1 ", "52998224725", "MG-1", False, "ABC 1"),  # informed, trimmed, and only that
        ("", "529.982.247-25", "MG-1", False, "52998224725"),
        ("   ", "12.abc.345/01de-35", "", False, "12ABC34501DE35"),
        ("", "52998224725", "AB-12.345", True, "AB12345"),
        ("", "52998224725", "", True, "52998224725"),  # a foreigner without RG
        ("", "52998224725", "./-", True, "52998224725"),  # nor is a mark one
        ("", "", "MG-1", False, ""),  # the RG of a national is no code
        ("", "", "", True, ""),
        ("94987713999", "99999999999", "", False, "94987713999"),  # the example of the specification
        ("1234567890", "01234567890", "", False, "01234567890"),  # a zero that the spreadsheet ate
        ("1234567890", "", "", False, "1234567890"),
        ("7", "01234567890", "", False, "7"),
    ],
)
def test_codigo(informado: str, cpf_cgc: str, rg_ie: str, estrangeiro: bool, codigo: str) -> None:
    assert rules.definir_codigo(informado=informado, cpf_cgc=cpf_cgc, rg_ie=rg_ie, estrangeiro=estrangeiro) == codigo


@pytest.mark.parametrize(
    ("codigo", "trecho"),
    [("", "Falta o código"), ("1" * 15, "15 caracteres e cabem 14"), ("1" * 14, ""), ("A\x07", "não se imprime")],
)
def test_problema_do_codigo(codigo: str, trecho: str) -> None:
    problema = rules.problema_do_codigo(codigo)
    assert trecho in problema and bool(problema) == bool(trecho)


@pytest.mark.parametrize(
    ("cpf_cgc", "estrangeiro", "valido"),
    [
        ("", False, None),
        ("  ", False, None),
        ("529.982.247-25", False, True),
        ("52998224725", True, True),
        ("52998224724", False, False),
        ("99999999999", False, False),  # accepted by the specification, flagged here
        ("11222333000181", False, True),
        ("12.ABC.345/01DE-35", False, True),
        ("12abc34501de35", False, True),
        ("12ABC34501DE34", False, False),
        ("1234", False, False),
        ("529982247250", False, False),  # twelve
        ("PASSAPORTE 12", True, None),  # nobody checks a foreigner's
    ],
)
def test_documento_valido(cpf_cgc: str, estrangeiro: bool, valido: bool | None) -> None:
    assert rules.documento_valido(cpf_cgc, estrangeiro=estrangeiro) is valido


@pytest.mark.parametrize(
    ("estrangeiro", "uf", "esperado"),
    [(None, "MG", 0), (None, "", 0), (0, "EX", 1), (1, "MG", 1), (0, " ex ", 1), (0, "SP", 0)],
)
def test_estrangeiro(estrangeiro: int | None, uf: str, esperado: int) -> None:
    assert rules.definir_estrangeiro(estrangeiro, uf) == esperado


@pytest.mark.parametrize(
    ("cep", "esperado"),
    [
        ("06845330", "06845330"), ("06845-330", "06845-330"), ("0", None), ("00000-000", None), ("", None),
        (None, None), ("   ", None), ("SW1A 1AA", "SW1A 1AA"), ("ABC", "ABC"),
    ],
)  # fmt: skip
def test_cep(cep: str | None, esperado: str | None) -> None:
    assert rules.normalizar_cep(cep) == esperado


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("1234567890", "01234567890"),  # a CPF without its zero
        ("191", "00000000191"),
        ("52998224725", "52998224725"),
        ("529.982.247-25", "529.982.247-25"),  # as it was written
        ("1234567891", "1234567891"),  # no zeros make it right
        ("47679740704", "47679740704"),  # a CPF; with three zeros it would be a CNPJ
        ("00000012017", "00000012017"),  # no CPF, but nothing was lost: it begins with a zero
        ("999", "999"),
        ("", ""),
    ],
)
def test_zeros_perdidos_so_voltam_quando_os_digitos_conferem(texto: str, esperado: str) -> None:
    assert rules.completar_zeros(texto) == esperado


@pytest.mark.parametrize(("documento", "pessoa"), [("", 1), ("52998224725", 1), ("529982247250", 0), ("1" * 14, 0)])
def test_pessoa_pelo_tamanho_do_documento(documento: str, pessoa: int) -> None:
    assert rules.definir_pessoa(documento) == pessoa


@pytest.mark.parametrize(
    ("valores", "campos"),
    [
        ({}, set()),
        ({"cpf_cgc": "1" * 15}, {"cpf_cgc"}),
        ({"cpf_cgc": "---"}, {"cpf_cgc"}),
        ({"cpf_cgc": "99999999999"}, set()),
        ({"uf": "XX"}, {"uf"}),
        ({"uf": "EX"}, set()),
        ({"uf": "MG"}, set()),
        ({"cep": "1234"}, {"cep"}),
        ({"cep": "1234", "estrangeiro": 1}, set()),
        ({"cep": "30110-001"}, set()),
        ({"email": "maria"}, {"email"}),
        ({"email": "maria@exemplo."}, {"email"}),
        ({"email": "T.TESTE@GMAIL.COM"}, set()),
        ({"telefone": "1234567"}, {"telefone"}),
        ({"telefone": "3133334444"}, {"telefone"}),  # the DDD has its own field
        ({"celular": "987654321", "telefone": "33334444"}, set()),
        ({"telefone": "3133334444", "estrangeiro": 1}, set()),
        ({"ddd": "00", "ddd_celular": "031"}, {"ddd"}),
        ({"aniversario": date(2026, 8, 2)}, {"aniversario"}),
        ({"aniversario": date(1193, 7, 4)}, {"aniversario"}),
        ({"aniversario": HOJE}, set()),
        ({"uf": "XX", "cep": "1", "email": "a b", "ddd": "1"}, {"uf", "cep", "email", "ddd"}),  # all at once
    ],
)
def test_problemas(valores: dict[str, Any], campos: set[str]) -> None:
    assert set(rules.problemas(valores, HOJE)) == campos


def test_normalizar_so_toca_no_que_veio() -> None:
    assert rules.normalizar({"telefone": "3333-4444", "uf": " mg ", "cep": "0"}) == {
        "telefone": "33334444",
        "uf": "MG",
        "cep": None,
    }
    assert rules.normalizar({}) == {}


def test_o_cpf_confere_como_na_biblioteca() -> None:
    sorteio, biblioteca = Random(11), CPF()
    bases = [f"{sorteio.randrange(10**9):09d}" for _ in range(60)]
    cpfs = [f"{base}{digitos:02d}" for base in bases for digitos in range(100)]
    for cpf in [*cpfs, *(digito * 11 for digito in "0123456789"), "5299822472X"]:
        assert rules.documento_valido(cpf, estrangeiro=False) is biblioteca.validate(cpf), cpf
