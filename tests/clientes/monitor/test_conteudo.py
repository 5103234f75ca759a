"""A customer as the Queue wants it (spec/004, Queue §2)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from clientes.models import MunicipioInformado, PaisInformado
from clientes.monitor.conteudo import CAMPOS_DO_CONTEUDO, conteudos
from tests.clientes.monitor.elenco import escrever, mudar
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db


def conteudo(codigo: str = "1") -> dict[str, str]:
    with connection.cursor() as cursor:
        return conteudos(cursor, [codigo])[codigo]


def test_tem_os_campos_do_contrato_e_todos_sao_texto() -> None:
    escrever()
    assert set(conteudo()) == CAMPOS_DO_CONTEUDO
    assert len(CAMPOS_DO_CONTEUDO) == 29
    assert all(isinstance(valor, str) for valor in conteudo().values())


def test_escreve_datas_como_a_especificacao_no_fuso_da_loja() -> None:
    escrever(
        aniversario=date(1993, 7, 4),
        cadastramento=datetime(2025, 9, 25, 18, 58, 7, tzinfo=UTC),
        data_para_transferencia=datetime(2026, 2, 3, 14, 41, 39, 999999, tzinfo=UTC),
    )
    assert conteudo()["ANIVERSARIO"] == "1993-07-04"
    assert conteudo()["CADASTRAMENTO"] == "2025-09-25 15:58:07.000"
    assert conteudo()["DATA_PARA_TRANSFERENCIA"] == "2026-02-03 11:41:39"


def test_o_que_e_nulo_vai_vazio_e_numeros_vao_como_texto() -> None:
    escrever(cep=None, estrangeiro=0, pf_pj=1, status=1)
    lido = conteudo()
    assert (lido["CEP"], lido["ANIVERSARIO"]) == ("", "")
    assert (lido["ESTRANGEIRO"], lido["PF_PJ"], lido["STATUS"]) == ("0", "1", "1")


def test_data_que_o_calendario_do_python_nao_tem_nao_derruba_nada() -> None:
    escrever()
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE "CLIENTES_VAREJO" SET "ANIVERSARIO" = '12345-01-02', "CADASTRAMENTO" = 'infinity'""")
    assert conteudo()["ANIVERSARIO"] == "12345-01-02"


def test_quem_nao_esta_no_cadastro_nao_tem_conteudo() -> None:
    escrever()
    with connection.cursor() as cursor:
        assert set(conteudos(cursor, ["1", "2"])) == {"1"}


@pytest.mark.parametrize(
    ("cidade", "uf", "ibge"),
    [
        ("BELO HORIZONTE", "MG", "3106200"),
        ("Belo  Horizonte", "mg", "3106200"),
        ("BOM JESUS", "RS", "4302303"),
        ("BOM JESUS", "SC", "4202537"),  # the same name, another UF
        ("BOM JESUS", "MG", ""),
        ("BELO HORIZONTE", "", ""),  # never by the name alone
        ("GRACHO CARDOSO", "SE", "2802601"),
        ("GRACCHO CARDOSO", "SE", "2802601"),
        ("BARÃO DE MONTE ALTO", "MG", "3105509"),
        ("BARAO DO MONTE ALTO", "MG", "3105509"),
        ("Santa Bárbara d’Oeste", "SP", "3545803"),
        ("BOA ESPERANCA DO NORTE", "MT", "5101837"),
        ("", "MG", ""),
        ("MIAMI", "EX", ""),
    ],
)
def test_resolve_o_municipio_por_cidade_e_uf(cidade: str, uf: str, ibge: str) -> None:
    escrever(cidade=cidade, uf=uf)
    assert conteudo()["IBGE"] == ibge


@pytest.mark.parametrize(
    ("pais", "estrangeiro", "bacen"),
    [
        ("BRASIL", 0, "1058"),
        ("Brazil", 0, "1058"),
        ("", 0, "1058"),  # a national who tells no country
        ("", 1, ""),
        ("EUA", 1, "2496"),
        ("Estados Unidos da América", 1, "2496"),
        ("INGLATERRA", 1, "6289"),
        ("Albânia", 1, "0175"),
        ("REPUBLICA DA ALBANIA", 1, "0175"),
        ("COREIA", 1, ""),  # two of them
        ("COREIA DO SUL", 1, "1902"),
        ("LOREM", 0, ""),
    ],
)
def test_resolve_o_pais_pelo_nome(pais: str, estrangeiro: int, bacen: str) -> None:
    escrever(pais=pais, estrangeiro=estrangeiro, uf="EX" if estrangeiro else "MG")
    assert conteudo()["PAIS_BC"] == bacen


def test_o_que_uma_pessoa_informou_resolve_o_que_as_tabelas_nao_sabem() -> None:
    escrever(cidade="B. HORIZONTE", uf="MG", pais="TERRA BRASILIS")
    quem = {"escrito": "x", "informado_por": pessoa("gerente"), "informado_em": datetime(2026, 1, 1, tzinfo=UTC)}
    MunicipioInformado.objects.create(cidade="BHORIZONTE", uf="MG", codigo_ibge="3106200", **quem)
    PaisInformado.objects.create(pais="TERRABRASILIS", codigo_bacen="1058", **quem)
    assert (conteudo()["IBGE"], conteudo()["PAIS_BC"]) == ("3106200", "1058")
    mudar(cidade="b horizonte")
    assert conteudo()["IBGE"] == "3106200"
    mudar(uf="SP")
    assert conteudo()["IBGE"] == ""
