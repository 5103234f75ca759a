from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]  # it has no types

from erp.cadastros.planilhas import celulas, leitura
from erp.cadastros.planilhas.leitura import PlanilhaInvalida, ler


def xlsx(*linhas: list[Any]) -> bytes:
    pasta = Workbook()
    for linha in linhas:
        pasta.active.append(linha)
    saida = io.BytesIO()
    pasta.save(saida)
    return saida.getvalue()


@pytest.mark.parametrize("separador", [";", ",", "\t", "|"])
@pytest.mark.parametrize("codificacao", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_de_qualquer_origem(separador: str, codificacao: str) -> None:
    texto = separador.join(["código", "descrição"]) + "\r\n" + separador.join(["1", "Pão"]) + "\r\n"
    planilha = ler(texto.encode(codificacao))
    assert (planilha.cabecalho, planilha.linhas) == (["código", "descrição"], [(2, ["1", "Pão"])])


def test_numero_da_linha_e_o_do_arquivo_mesmo_com_linhas_vazias_e_quebra_dentro_de_aspas() -> None:
    planilha = ler(b'a;b\n\n1;"x\ny"\n;;\n2;z\n')
    assert planilha.linhas == [(3, ["1", "x\ny"]), (6, ["2", "z"])]


def test_xlsx_com_numeros_datas_e_celulas_vazias() -> None:
    conteudo = xlsx(
        ["codigo", "preco", "quando", "ativo"], [7, 12.9, date(2026, 1, 31), True], [8.0, None, None, False]
    )
    assert ler(conteudo).linhas == [(2, ["7", "12.9", "2026-01-31", "sim"]), (3, ["8", "", "", "não"])]


def com_partes(partes: dict[str, str]) -> bytes:
    """A ZIP with these inside."""
    feito = io.BytesIO()
    with zipfile.ZipFile(feito, "w") as arquivo:
        for nome, texto in partes.items():
            arquivo.writestr(nome, texto)
    return feito.getvalue()


@pytest.mark.parametrize(
    ("conteudo", "mensagem"),
    [
        (b"", "vazia"),
        (b"codigo;descricao\n", "vazia"),
        (b"PK\x03\x04 nada", "danificado"),
        (xlsx(["a"], [1])[:300], "danificado"),
        (com_partes({"[Content_Types].xml": "não é XML"}), "danificado"),
        (b"%PDF-1.4\x00\x01", "não é CSV nem XLSX"),
        (b"a;b\n1;2;3\n", "A linha 2 tem mais colunas"),
        (b'a;b\n1;"sem fim\n', "Aspas sem par"),
        (b"a\n" + b"1\n" * 50_001, "passa de 50000 linhas"),
        (b"x" * (leitura.BYTES_MAXIMO + 1), "passa de 15 MB"),
    ],
    ids=lambda valor: valor if isinstance(valor, str) else "arquivo",
)
def test_arquivo_ruim_e_recusado_com_explicacao(conteudo: bytes, mensagem: str) -> None:
    with pytest.raises(PlanilhaInvalida, match=mensagem):
        ler(conteudo)


def test_xlsx_que_abre_grande_demais_e_recusado(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leitura, "BYTES_ABERTO_MAXIMO", 1_000_000)
    bomba = io.BytesIO()
    with zipfile.ZipFile(bomba, "w", zipfile.ZIP_DEFLATED) as arquivo:
        arquivo.writestr("xl/worksheets/sheet1.xml", b"0" * 1_000_001)
    with pytest.raises(PlanilhaInvalida, match="grande demais quando aberta"):
        ler(bomba.getvalue())


@pytest.mark.parametrize(
    ("texto", "valor"),
    [
        ("12,90", "12.90"), ("12.90", "12.90"), ("1.234,56", "1234.56"), ("1234,5", "1234.50"), ("R$ 3,00", "3.00"),
        ("1.234.567,89", "1234567.89"), ("0", "0.00"), ("0.30000000000000004", "0.30"), ("5e1", "50.00"),
    ],
)  # fmt: skip
def test_numero_como_se_escreve_no_brasil_e_nas_planilhas(texto: str, valor: str) -> None:
    assert str(celulas.decimal(2)(texto)) == valor


@pytest.mark.parametrize(
    ("ler_celula", "texto", "mensagem"),
    [
        (celulas.decimal(2), "1.234", "mais de 2 casas"),  # a thousand or a bit over one: nobody can tell
        (celulas.decimal(2), "1,2,3", "não é um número"),
        (celulas.decimal(2), "12.34,56", "não é um número"),
        (celulas.decimal(2), "-1", "fora do intervalo"),
        (celulas.decimal(2), "NaN", "não é um número"),
        (celulas.decimal(2), "1e99", "fora do intervalo"),
        (celulas.decimal(2), "١٢", "não é um número"),
        (celulas.inteiro(1, 10), "1,5", "não é um número inteiro"),
        (celulas.inteiro(1, 10), "11", "fora do intervalo de 1 a 10"),
        (celulas.inteiro(1, 10), "9" * 50, "não é um número inteiro"),
        (celulas.digitos(frozenset({8})), "1234567", "O Excel tira zeros à esquerda"),
        (celulas.digitos(frozenset({8})), "1234567a", "só números"),
        (celulas.texto(5), "abcdef", "tem 6 letras e cabem 5"),
        (celulas.texto(5), "a\x07b", "não se imprime"),
        (celulas.sim_ou_nao, "talvez", "não é sim nem não"),
        (celulas.data, "31/02/2026", "não é uma data"),
        (celulas.opcao({"pix": "Pix"}), "cheque", "não existe; use pix"),
    ],
)
def test_celula_ruim_diz_o_que_ha_de_errado(ler_celula: Callable[[str], Any], texto: str, mensagem: str) -> None:
    with pytest.raises(ValueError, match=mensagem):
        ler_celula(texto)


@pytest.mark.parametrize(
    ("ler_celula", "texto", "valor"),
    [
        (celulas.sim_ou_nao, "Não", False),
        (celulas.sim_ou_nao, " S ".strip(), True),
        (celulas.data, "05/03/2026", date(2026, 3, 5)),
        (celulas.opcao({"cartao": "Cartão"}), "CARTÃO", "cartao"),
        (celulas.texto(10), "  a   b ", "a b"),
        (celulas.decimal(4, maximo=Decimal(10)), "0,0001", Decimal("0.0001")),
    ],
)
def test_celula_boa(ler_celula: Callable[[str], Any], texto: str, valor: Any) -> None:
    assert ler_celula(texto) == valor
