from __future__ import annotations

import re
import time
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from auditoria.models import Evento
from erp.cadastros.models import CondicaoFinalizador, Finalizador, Produto
from tests.erp.elenco import empresa, navegador
from tests.erp.planilhas import conferir, confirmar, problemas

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empresa(db: None) -> None:
    empresa()


@pytest.fixture
def ana() -> Client:
    return navegador("gerente", 1)


@pytest.fixture
def caio() -> Client:
    return navegador("financeiro", 1)


def test_planilha_e_conferida_sem_gravar_e_confirmada_grava(ana: Client) -> None:
    planilha = "Código;Descrição;Preço\n1;Café novo;9,90\n2;;\n900;Açúcar;4,5\n"
    previa = conferir(ana, "cadastros_produto", planilha)
    texto = previa.content.decode()
    assert "Café torrado nº 1 → Café novo" in texto
    assert "1,00 → 9,90" in texto
    assert previa.context["result"].totals["skip"] == 1
    assert not Produto.objects.filter(codigo=900).exists()
    resposta = confirmar(ana, "cadastros_produto", previa)
    assert "1 novos, 1 alterados, 1 já estavam assim" in resposta.content.decode()
    novo, cafe = Produto.objects.get(codigo=900), Produto.objects.get(codigo=1)
    assert (novo.descricao, novo.preco, novo.unidade, novo.controla_estoque) == ("Açúcar", Decimal("4.50"), "UN", True)
    assert (cafe.descricao, cafe.codigo_barras) == ("Café novo", "7891000100101")
    assert Produto.objects.buscar("acucar").get() == novo
    evento = Evento.objects.get(acao="cadastros.produtos_importados")
    assert (evento.ator, evento.depois) == ("ana", {"arquivo": "planilha.csv", "novos": 1, "alterados": 1})


def test_todos_os_erros_com_o_numero_da_linha_e_nada_gravado(ana: Client) -> None:
    planilha = "codigo;descricao;preco;ncm;ativo\n1;Boa;1;;\nx;a;abc;;\n;b;;123;\n77;;;;\n1;De novo;;;talvez\n"
    assert problemas(conferir(ana, "cadastros_produto", planilha)) == {
        3: ["codigo: «x» não é um número inteiro.", "preco: «abc» não é um número; escreva como 1234,56."],
        4: ["ncm: «123» tem 3 dígitos; o certo é 8. O Excel tira zeros à esquerda.", "codigo: está em branco."],
        5: ["descricao: o produto 77 é novo e precisa de descrição."],
        6: ["ativo: «talvez» não é sim nem não."],
    }
    assert Produto.objects.get(codigo=1).descricao == "Café torrado nº 1"


def test_codigo_repetido_na_planilha_e_recusado(ana: Client) -> None:
    assert problemas(conferir(ana, "cadastros_produto", "codigo;descricao\n8;a\n9;b\n8;c\n")) == {
        4: ["codigo: repete a linha 2."]
    }


@pytest.mark.parametrize(
    ("planilha", "mensagem"),
    [
        ("codigo;descricao;cor\n1;a;azul\n", "Colunas que não conheço: cor."),
        ("descricao\na\n", "Faltam as colunas: codigo."),
        ("codigo;Código;descricao\n1;1;a\n", "Colunas repetidas: codigo."),
    ],
)
def test_colunas_estranhas_faltando_ou_repetidas(ana: Client, planilha: str, mensagem: str) -> None:
    assert mensagem in conferir(ana, "cadastros_produto", planilha).content.decode()


def test_arquivo_que_nao_e_planilha_explica(ana: Client) -> None:
    resposta = conferir(ana, "cadastros_produto", b"\x00\x01binario")
    assert "não é CSV nem XLSX" in resposta.content.decode()


def test_confirmar_duas_vezes_avisa_e_nao_quebra(ana: Client) -> None:
    previa = conferir(ana, "cadastros_produto", "codigo;descricao\n900;a\n")
    confirmar(ana, "cadastros_produto", previa)
    assert "já foi importada" in confirmar(ana, "cadastros_produto", previa).content.decode()
    assert Evento.objects.filter(acao="cadastros.produtos_importados").count() == 1


def test_conteudo_da_planilha_nao_vira_html(ana: Client) -> None:
    texto = conferir(ana, "cadastros_produto", "codigo;descricao\n900;<script>x</script>\n").content.decode()
    assert "<script>x</script>" not in texto
    assert "&lt;script&gt;x" in texto


def test_vinte_mil_produtos_em_segundos(ana: Client) -> None:
    planilha = "codigo;descricao;preco\n" + "".join(f"{n};Produto {n};{n % 90},99\n" for n in range(1, 20_001))
    inicio = time.monotonic()
    previa = conferir(ana, "cadastros_produto", planilha)
    confirmar(ana, "cadastros_produto", previa)
    assert time.monotonic() - inicio < 60
    assert Produto.objects.count() == 20_000
    assert len(previa.content) < 500_000


@pytest.mark.parametrize("grupo", ["operador", "auditor", "financeiro"])
def test_quem_nao_altera_produtos_nao_importa(grupo: str) -> None:
    cliente = navegador(grupo, 1)
    assert conferir(cliente, "cadastros_produto", "codigo;descricao\n900;a\n").status_code == 403
    assert cliente.get(reverse("admin:cadastros_produto_modelo")).status_code == 403
    assert not Produto.objects.filter(codigo=900).exists()


def test_planilha_modelo_tem_as_colunas(ana: Client) -> None:
    texto = ana.get(reverse("admin:cadastros_produto_modelo")).content.decode("utf-8-sig")
    assert texto.strip() == "codigo;descricao;codigo_barras;unidade;ncm;preco;controla_estoque;ativo"


def test_finalizadores_com_vigencias(caio: Client) -> None:
    planilha = (
        "codigo;nome;especie;vigente_desde;adquirente;conta;dias_primeira;taxa\n"
        "3;;;01/08/2026;Adquirente exemplo;;30;3,19\n"
        "30;Pix QR;Pix;01/01/2026;;BANCO-1;;\n"
    )
    previa = conferir(caio, "cadastros_finalizador", planilha)
    assert "taxa_percentual: 3.1900" in previa.content.decode()
    assert "Planilha importada" in confirmar(caio, "cadastros_finalizador", previa).content.decode()
    assert list(CondicaoFinalizador.objects.filter(finalizador__codigo=3).values_list("taxa_percentual", flat=True)) == [
        Decimal("3.19"), Decimal("2.99"),
    ]  # fmt: skip
    assert Finalizador.objects.get(codigo=30).condicoes.get().conta.codigo == "BANCO-1"
    acoes = sorted(Evento.objects.filter(acao__startswith="cadastros.").values_list("acao", flat=True))
    assert acoes == [
        "cadastros.condicaofinalizador_criada", "cadastros.condicaofinalizador_criada", "cadastros.finalizador_criado",
    ]  # fmt: skip


def test_finalizadores_com_erros(caio: Client) -> None:
    planilha = (
        "codigo;nome;especie;vigente_desde;adquirente;conta;taxa\n"
        "40;Novo;cartão;01/01/2026;Ninguém;;1\n"  # unknown acquirer
        "41;Novo;pix;01/01/2026;;;\n"  # a Pix without account
        "42;;;;;;\n"  # new, without name nor kind
        "3;;;;;;9\n"  # a fee from no date on
        "44;Novo;ouro;;;;101\n"
    )
    achados = problemas(conferir(caio, "cadastros_finalizador", planilha))
    assert achados[2][0] == "adquirente: «Ninguém» não está cadastrado(a) ou está inativo(a)."
    assert achados[3] == ["conta: Diga em que conta o Pix cai."]
    assert [re.split(":", mensagem)[0] for mensagem in achados[4]] == ["nome", "especie"]
    assert achados[5] == ["vigente_desde: falta a data para valer taxa_percentual."]
    assert [mensagem.split(":")[0] for mensagem in achados[6]] == ["especie", "taxa_percentual"]
    assert not Finalizador.objects.filter(codigo__gte=40, codigo__lt=50).exists()


def test_arquivo_enviado_sem_nada_pede_o_arquivo(ana: Client) -> None:
    dados: dict[str, Any] = {"resource": "0", "format": "0", "import_file": SimpleUploadedFile("a.csv", b"")}
    resposta = ana.post(reverse("admin:cadastros_produto_import"), dados)
    assert "O arquivo está vazio" in resposta.content.decode()
