from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from import_export.results import Result
from openpyxl import Workbook  # type: ignore[import-untyped]  # it has no types

from auditoria.models import Evento
from clientes.importacao import ImportacaoDeClientes
from clientes.models import Cliente, TipoVarejo
from erp.cadastros.planilhas.importacao import FormatoPlanilha
from tests.erp.elenco import CPF, filial, pessoa

pytestmark = pytest.mark.django_db
Novo = Callable[..., Cliente]
CNPJ = "12.ABC.345/01DE-35"


@pytest.fixture(autouse=True)
def _loja(loja: None) -> None:
    """Two filiais, and the people."""


def importar(conteudo: str | bytes, *, simular: bool = False) -> Result:
    bruto = conteudo.encode() if isinstance(conteudo, str) else conteudo
    resultado: Result = ImportacaoDeClientes().import_data(
        FormatoPlanilha().create_dataset(bruto),
        dry_run=simular,
        user=pessoa("gerente"),
        file_name="clientes.csv",
        rollback_on_validation_errors=True,
    )
    return resultado


def planilha(*linhas: str, titulos: str = "codigo;nome;filial;cpf") -> str:
    return "\n".join([titulos, *linhas])


def problemas(resultado: Result) -> dict[int, str]:
    return {linha.number: " ".join(linha.error.messages) for linha in resultado.invalid_rows}


def test_cliente_novo_com_tudo() -> None:
    titulos = (
        "CODIGO_CLIENTE;CLIENTE_VAREJO;FILIAL;PF_PJ;ESTRANGEIRO;RG_IE;CPF_CGC;TIPO_LOGRADOURO;ENDERECO;NUMERO;COMPLEMENTO;"
        "BAIRRO;CIDADE;UF;CEP;PAIS;DDD;TELEFONE;DDD_CELULAR;CELULAR;EMAIL;SEXO;STATUS;ANIVERSARIO;OBS;TIPO_VAREJO"
    )
    TipoVarejo.objects.create(pk="VENDEDOR (C)")
    linha = (
        "94987713999;LOREM IPSUM;2;1;0;94987713999;99999999999;RUA;CESÁRIO ALVIM;370;AP 1;PADRE EUSTÁQUIO;"
        "BELO HORIZONTE;mg;6845330;BRASIL;21;3333-4444;(21);99999-9999;T.TESTE@GMAIL.COM;m;1;1993-07-04 00:00:00;oi;"
        "vendedor (c)"
    )
    with time_machine.travel(datetime(2026, 8, 1, 12, tzinfo=UTC), tick=False):
        assert importar(planilha(linha, titulos=titulos)).totals["new"] == 1
    cliente = Cliente.objects.get()
    assert {
        "codigo_cliente": "94987713999", "cliente_varejo": "LOREM IPSUM", "filial": filial(2).nome, "pf_pj": 1,
        "estrangeiro": 0, "rg_ie": "94987713999", "cpf_cgc": "99999999999", "tipo_logradouro": "RUA",
        "endereco": "CESÁRIO ALVIM", "numero": "370", "complemento": "AP 1", "bairro": "PADRE EUSTÁQUIO",
        "cidade": "BELO HORIZONTE", "uf": "MG", "cep": "06845330", "pais": "BRASIL", "ddd": "21",
        "telefone": "33334444", "ddd_celular": "21", "celular": "999999999", "email": "T.TESTE@GMAIL.COM", "sexo": "M",
        "status": 1, "aniversario": date(1993, 7, 4), "obs": "oi", "tipo_varejo_id": "VENDEDOR (C)",
        "cadastramento": datetime(2026, 8, 1, 12, tzinfo=UTC),
        "data_para_transferencia": datetime(2026, 8, 1, 12, tzinfo=UTC), "documento_valido": False,
    }.items() <= vars(cliente).items()  # fmt: skip


@pytest.mark.parametrize(
    ("linha", "codigo", "esperado"),
    [
        (f";ANA;Matriz;{CPF};", CPF, {"pf_pj": 1, "estrangeiro": 0}),
        (f";ANA LTDA;Matriz;{CNPJ};", "12ABC34501DE35", {"pf_pj": 0, "documento_valido": True}),
        (";JOHN;Matriz;;EX;AB-123", "AB123", {"estrangeiro": 1, "documento_valido": None}),
        (";ANA;Matriz;1234567890;", "01234567890", {"cpf_cgc": "01234567890"}),  # Excel's zero
        ("1234567890;ANA;Matriz;1234567890;", "01234567890", {"cpf_cgc": "01234567890"}),
        ("7;ANA;Loja Fechada;;", "7", {"filial": "Loja Fechada", "documento_valido": None}),  # taken as sent
    ],
)
def test_codigo_em_branco_vem_do_documento(linha: str, codigo: str, esperado: dict[str, Any]) -> None:
    assert not problemas(importar(planilha(linha, titulos="codigo;nome;filial;cpf;uf;rg")))
    cliente = Cliente.objects.get(pk=codigo)
    assert {nome: getattr(cliente, nome) for nome in esperado} == esperado


@pytest.mark.parametrize(
    ("titulos", "linha", "trecho"),
    [
        ("codigo;nome;filial", "1;;Matriz", "cliente_varejo: está em branco, e o cliente é novo"),
        ("codigo;nome;filial", "1;ANA;", "filial: está em branco, e o cliente é novo"),
        ("codigo;nome;filial", "1;ANA;99", "filial: a filial 99 não está cadastrada"),
        ("codigo;nome;filial", ";ANA;Matriz", "codigo_cliente: Falta o código"),
        ("codigo;nome;filial", f"{'1' * 15};ANA;Matriz", "codigo_cliente: tem 15 letras e cabem 14"),
        ("codigo;nome;filial", f"1;{'A' * 41};Matriz", "cliente_varejo: tem 41 letras e cabem 40"),
        ("codigo;nome;filial;uf", "1;ANA;Matriz;XX", "uf: A UF XX não existe"),
        ("codigo;nome;filial;cep", "1;ANA;Matriz;123", "cep: «123» não é um CEP"),
        ("codigo;nome;filial;email", "1;ANA;Matriz;ana", "email: «ana» não é um e-mail"),
        ("codigo;nome;filial;celular", "1;ANA;Matriz;31 98765-4321", "celular: Tem 11 números"),
        ("codigo;nome;filial;fone", "1;ANA;Matriz;33X3", "telefone: «33X3» deveria ter só números"),
        ("codigo;nome;filial;nascimento", "1;ANA;Matriz;31/02/2000", "aniversario: «31/02/2000» não é uma data"),
        ("codigo;nome;filial;nascimento", "1;ANA;Matriz;01/01/2999", "aniversario: 01/01/2999 não é uma data de"),
        ("codigo;nome;filial;tipo", "1;ANA;Matriz;NINGUÉM", "tipo_varejo: «NINGUÉM» não está cadastrado"),
        ("codigo;nome;filial;pf_pj", "1;ANA;Matriz;2", "pf_pj: «2» não existe; use 1 ou PF, 0 ou PJ"),
        ("codigo;nome;filial;status", "1;ANA;Matriz;talvez", "status: «talvez» não é sim nem não"),
        ("codigo;nome;filial;cpf", f"1;ANA;Matriz;{'1' * 15}", "cpf_cgc: Tem 15 caracteres"),
        ("codigo;nome;filial;obs", f"1;ANA;Matriz;{'x' * 201}", "obs: tem 201 letras e cabem 200"),
    ],
)
def test_valor_ruim_e_dito_com_a_linha_e_nada_entra(titulos: str, linha: str, trecho: str) -> None:
    vazias = ";" * titulos.count(";")
    resultado = importar(planilha(f"900;CERTO;Matriz{vazias[2:]}", linha, titulos=titulos))
    assert trecho in problemas(resultado)[3] and list(problemas(resultado)) == [3]
    assert not Cliente.objects.exists()


def test_todos_os_problemas_de_todas_as_linhas_de_uma_vez() -> None:
    achados = problemas(importar(planilha("1;ANA;99;;XX", "2;;Matriz;;MG", titulos="codigo;nome;filial;cpf;uf")))
    assert set(achados) == {2, 3}
    assert "filial 99" in achados[2] and "UF XX" in achados[2] and "cliente_varejo" in achados[3]


def test_coluna_desconhecida_e_nomeada() -> None:
    resultado = importar(planilha("1;ANA;Matriz;x", titulos="codigo;nome;filial;limite de crédito"))
    assert "Colunas que não conheço: limite de crédito" in str(resultado.base_errors[0].error)


@pytest.mark.parametrize(
    ("linhas", "trecho"),
    [
        (["1;ANA;Matriz;", "1;BIA;Matriz;"], "codigo_cliente: «1» repete a linha 2"),
        ([f";ANA;Matriz;{CPF}", f"{CPF};BIA;Matriz;"], f"codigo_cliente: «{CPF}» repete a linha 2"),
        ([f"1;ANA;Matriz;{CPF}", "2;BIA;Matriz;529.982.247-25"], "cpf_cgc: repete o da linha 2, com outro código"),
    ],
)
def test_linhas_que_seriam_o_mesmo_cliente(linhas: list[str], trecho: str) -> None:
    assert trecho in problemas(importar(planilha(*linhas)))[3]


@pytest.mark.parametrize(
    ("linha", "trecho"),
    [
        ("2;BIA;Matriz;529.982.247-25;", f"cpf_cgc: já é de MARIA DA SILVA, código {CPF}"),
        (f"{CPF};BIA;Matriz;11222333000181;", "é de MARIA DA SILVA, com outro documento"),
        (f"{CPF};JOHN;Matriz;;EX", "é de um nacional, MARIA DA SILVA, e a linha diz estrangeiro"),
    ],
)
def test_conflito_com_quem_ja_esta_no_cadastro(novo_cliente: Novo, linha: str, trecho: str) -> None:
    novo_cliente()
    resultado = importar(planilha(linha, titulos="codigo;nome;filial;cpf;uf"))
    assert trecho in problemas(resultado)[2]
    assert Cliente.objects.get().cliente_varejo == "MARIA DA SILVA"


def test_quem_existe_e_alterado_e_celula_em_branco_nao_muda_nada(novo_cliente: Novo) -> None:
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False):
        novo_cliente(obs="antiga", cpf_cgc="529.982.247-25", codigo_cliente=CPF)
    resultado = importar(planilha(f"{CPF};MARIA SOUZA;;;", titulos="codigo;nome;filial;obs;uf"))
    assert resultado.totals["update"] == 1
    assert resultado.rows[0].diff[-1] == "cliente_varejo: MARIA DA SILVA → MARIA SOUZA"
    maria = Cliente.objects.get()
    assert (maria.cliente_varejo, maria.obs, maria.filial, maria.uf) == ("MARIA SOUZA", "antiga", filial().nome, "MG")
    assert maria.documento_valido is True
    assert maria.cadastramento == datetime(2026, 3, 1, tzinfo=UTC) < maria.data_para_transferencia


def test_a_mesma_planilha_de_novo_nao_muda_nada() -> None:
    texto = planilha(f";ANA;1;{CPF}", f";ANA LTDA;2;{CNPJ}")
    importar(texto)
    antes = list(Cliente.objects.values_list("data_para_transferencia", flat=True))
    assert importar(texto).totals["skip"] == 2
    assert list(Cliente.objects.values_list("data_para_transferencia", flat=True)) == antes
    assert Evento.objects.filter(acao="clientes.clientes_importados").count() == 1


def test_a_previa_nao_grava_e_mostra_o_que_se_deve_ver() -> None:
    resultado = importar(planilha("1;ANA;Loja Fechada;99999999999"), simular=True)
    assert not Cliente.objects.exists() and not Evento.objects.filter(acao="clientes.clientes_importados").exists()
    assert resultado.rows[0].diff[2:4] == [
        "99999999999 (não confere)", "Loja Fechada (não está no cadastro de filiais)",
    ]  # fmt: skip


def test_xlsx_com_numeros_datas_e_verdadeiro() -> None:
    pasta, arquivo = Workbook(), BytesIO()
    pasta.active.append(["código", "nome", "filial", "cpf", "celular", "nascimento", "ativo"])
    pasta.active.append([1, "ANA", 1, 1234567890, 987654321.0, datetime(1993, 7, 4), False])  # noqa: DTZ001  # a cell
    pasta.save(arquivo)
    assert not problemas(importar(arquivo.getvalue()))
    ana = Cliente.objects.get(pk="1")
    assert (ana.cpf_cgc, ana.celular, ana.aniversario, ana.status) == ("01234567890", "987654321", date(1993, 7, 4), 0)


def test_vinte_mil_linhas_por_conjuntos() -> None:
    """The statements do not grow with the rows; the time is a ceiling for a busy machine."""
    linhas = [f"C{n};CLIENTE {n};1;;MG;{n}" for n in range(20_000)]
    texto = planilha(*linhas, titulos="codigo;nome;filial;cpf;uf;numero")
    inicio = time.monotonic()
    with CaptureQueriesContext(connection) as consultas:
        assert importar(texto).totals["new"] == 20_000
    assert len(consultas) < 40
    assert importar(texto.replace(";MG;", ";SP;")).totals["update"] == 20_000
    assert time.monotonic() - inicio < 120
    assert Cliente.objects.filter(uf="SP").count() == 20_000
