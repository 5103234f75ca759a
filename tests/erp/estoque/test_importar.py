from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from erp.cadastros.models import Produto
from erp.estoque.models import DocumentoEstoque, Movimento, Natureza, Saldo
from tests.erp.elenco import empresa, filial, navegador
from tests.erp.planilhas import conferir, confirmar, problemas
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
MODELO = "estoque_documentoestoque"


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_tudo()


@pytest.fixture
def ana() -> Client:
    return navegador("gerente", 1)


def cabecalho(natureza: int = Natureza.SALDO_INICIAL, **campos: Any) -> dict[str, Any]:
    return {
        "natureza": natureza, "filial": filial().pk, "ocorrido_em": "2026-01-05T08:00", "referencia": "inv 1",
        "motivo": "implantação",
    } | campos  # fmt: skip


def test_saldo_inicial_por_planilha(ana: Client) -> None:
    previa = conferir(ana, MODELO, "codigo;qtd;custo\n1;10;2,50\n2;3,5;4\n", **cabecalho())
    texto = previa.content.decode()
    assert "1 – Café torrado nº 1" in texto and "25,00" in texto and "14,00" in texto
    assert not DocumentoEstoque.objects.exists() and not Saldo.objects.exists()
    assert "Documento lançado: 2 movimentos" in confirmar(ana, MODELO, previa).content.decode()
    assert dict(Saldo.objects.values_list("produto__codigo", "quantidade")) == {1: Decimal(10), 2: Decimal("3.5")}
    documento = DocumentoEstoque.objects.get()
    assert (documento.criado_por, documento.motivo, documento.referencia) == ("ana", "implantação", "inv 1")


def test_previa_do_inventario_mostra_as_diferencas(ana: Client) -> None:
    confirmar(ana, MODELO, conferir(ana, MODELO, "codigo;qtd;custo\n1;10;2\n2;5;2\n", **cabecalho()))
    previa = conferir(ana, MODELO, "codigo;contado\n1;8\n2;5\n", **cabecalho(Natureza.AJUSTE))
    texto = previa.content.decode()
    assert "-2" in texto and "-4,00" in texto and "nenhum: o saldo já é este" in texto
    confirmar(ana, MODELO, previa)
    assert Saldo.objects.get(produto__codigo=1).quantidade == Decimal(8)
    assert Movimento.objects.filter(natureza=Natureza.AJUSTE).count() == 1


def test_erros_de_leitura_de_cadastro_e_de_estoque_com_a_linha_do_arquivo(ana: Client) -> None:
    confirmar(ana, MODELO, conferir(ana, MODELO, "codigo;qtd;custo\n1;10;2\n", **cabecalho()))
    Produto.objects.filter(codigo=3).update(ativo=False)
    planilha = "codigo;qtd;custo\n777;1;1\n\n1;1;1\n2;-1;1\n3;1;1\n4;2;\n"
    assert problemas(conferir(ana, MODELO, planilha, **cabecalho())) == {
        2: ["codigo: o produto 777 não está cadastrado."],
        5: ["quantidade: -1 está fora do intervalo de 0 a 99999999.9999."],
        6: ["o produto 3 – Café torrado nº 3 está inativo."],
        7: ["falta o custo unitário."],
    }
    # what only the stock knows comes once the rest is right
    assert problemas(conferir(ana, MODELO, "codigo;qtd;custo\n5;1;1\n1;1;1\n", **cabecalho())) == {
        3: ["o produto já tem movimentos nesta filial; use ajuste de inventário."]
    }
    assert DocumentoEstoque.objects.count() == 1


def test_cabecalho_errado_volta_com_a_explicacao(ana: Client) -> None:
    planilha = "codigo;qtd;custo\n1;10;2\n"
    resposta = conferir(ana, MODELO, planilha, **cabecalho(motivo=""))
    assert resposta.context["form"].errors["motivo"]
    futuro = problemas(conferir(ana, MODELO, planilha, **cabecalho(ocorrido_em="2099-01-01T00:00")))
    assert futuro == {0: ["a data é no futuro."]}


def test_confirmacao_adulterada_nao_escapa_da_filial(ana: Client) -> None:
    previa = conferir(ana, MODELO, "codigo;qtd;custo\n1;10;2\n", **cabecalho())
    resposta = confirmar(ana, MODELO, previa, filial=filial(2).pk)
    assert resposta.status_code == 200
    assert not DocumentoEstoque.objects.exists()


def test_filial_que_a_pessoa_nao_ve_e_recusada(ana: Client) -> None:
    resposta = conferir(ana, MODELO, "codigo;qtd;custo\n1;10;2\n", **cabecalho(filial=filial(2).pk))
    assert resposta.context["form"].errors["filial"]


def test_confirmar_duas_vezes_lanca_uma(ana: Client) -> None:
    previa = conferir(ana, MODELO, "codigo;qtd;custo\n1;10;2\n", **cabecalho(Natureza.ENTRADA))
    confirmar(ana, MODELO, previa)
    confirmar(ana, MODELO, previa)
    assert Saldo.objects.get().quantidade == Decimal(10)


def test_o_que_mudou_entre_a_previa_e_a_confirmacao_nao_passa(ana: Client) -> None:
    uma = conferir(ana, MODELO, "codigo;qtd;custo\n1;10;2\n", **cabecalho())
    outra = conferir(ana, MODELO, "codigo;qtd;custo\n1;7;2\n", **cabecalho())
    confirmar(ana, MODELO, uma)
    texto = confirmar(ana, MODELO, outra).content.decode()
    assert "Nada foi gravado" in texto and "já tem movimentos nesta filial" in texto
    assert Saldo.objects.get().quantidade == Decimal(10)


@pytest.mark.parametrize("grupo", ["operador", "financeiro", "fiscal", "auditor", "TI"])
def test_so_quem_lanca_estoque_envia_planilha(grupo: str) -> None:
    resposta = conferir(navegador(grupo, 1), MODELO, "codigo;qtd;custo\n1;10;2\n", **cabecalho())
    assert resposta.status_code == 403
