from __future__ import annotations

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from erp.cadastros.admin import filtros
from erp.cadastros.models import Produto
from erp.estoque.documento import LinhaDocumento
from erp.estoque.lancamentos import lancar
from erp.estoque.models import DocumentoEstoque, Movimento, Natureza, Saldo
from erp.estoque.rules import MovimentoNovo
from erp.estoque.services import registrar_documento
from tests.erp.elenco import agora, empresa, filial, hoje, navegador, pessoa
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
SALDOS = "/admin/estoque/saldoproduto/"
MOVIMENTOS = "/admin/estoque/movimento/"


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_tudo()


def entrada(codigo: int, quantidade: str = "10", custo: str = "2", loja: int = 1, **campos: Any) -> DocumentoEstoque:
    produto = Produto.objects.get(codigo=codigo)
    return registrar_documento(
        **{
            "natureza": Natureza.ENTRADA, "filial": filial(loja), "motivo": "compra", "ocorrido_em": agora(),
            "linhas": [LinhaDocumento(produto.pk, Decimal(quantidade), Decimal(custo))], "usuario": pessoa("gerente"),
            "chave": uuid.uuid4(),
        }
        | campos
    )  # fmt: skip


def formulario(*linhas: tuple[str, str, str], **campos: Any) -> dict[str, Any]:
    dados = {
        "natureza": Natureza.ENTRADA, "filial": filial().pk, "ocorrido_em": "2026-01-05T08:00", "referencia": "NF 9",
        "motivo": "compra", "chave": str(uuid.uuid4()), "linhas-TOTAL_FORMS": len(linhas) + 1, "linhas-INITIAL_FORMS": 0,
    }  # fmt: skip
    for numero, (produto, quantidade, custo) in enumerate(linhas):
        dados |= {
            f"linhas-{numero}-produto": produto, f"linhas-{numero}-quantidade": quantidade, f"linhas-{numero}-custo": custo,
        }  # fmt: skip
    return dados | campos


ADICIONAR = "/admin/estoque/documentoestoque/add/"


def test_formulario_lanca_por_codigo_e_por_codigo_de_barras() -> None:
    resposta = navegador("gerente", 1).post(
        ADICIONAR, formulario(("1", "1.000,5", "2,5"), ("", "", ""), ("7891000100102", "3", "4")), follow=True
    )
    texto = resposta.content.decode()
    assert "Entrada lançado(a)" in texto or "documento" in texto
    assert dict(Saldo.objects.values_list("produto__codigo", "quantidade")) == {1: Decimal("1000.5"), 2: Decimal(3)}
    assert "2 – Café torrado nº 2" in texto and "2.501,25" in texto


def test_formulario_com_erros_volta_com_tudo_digitado_e_cada_erro_na_sua_linha() -> None:
    Produto.objects.filter(codigo=3).update(controla_estoque=False)
    cliente = navegador("gerente", 1)
    dados = formulario(("1", "0", "2"), ("3", "1", "1"), ("2", "5", "1"))
    resposta = cliente.post(ADICIONAR, dados)
    linhas = resposta.context["linhas"].forms
    assert linhas[0].errors["produto"] == ["A quantidade é 0; tem de ser maior que zero."]
    assert linhas[1].errors["produto"] == ["O produto 3 – Café torrado nº 3 não controla estoque."]
    assert not linhas[2].errors
    assert 'value="5"' in resposta.content.decode()
    ruins = cliente.post(ADICIONAR, formulario(("999", "1", "1"), ("", "1", ""), ("1", "abc", "1"), ("2", "", "1")))
    mensagens = [list(form.errors.values()) for form in ruins.context["linhas"].forms[:4]]
    assert mensagens == [
        [["Não há produto com o código «999»."]],
        [["Diga o produto."]],
        [["«abc» não é um número; escreva como 1234,56."]],
        [["Diga a quantidade."]],
    ]
    assert not DocumentoEstoque.objects.exists()


def test_clique_duplo_no_formulario_lanca_uma_vez() -> None:
    cliente, dados = navegador("gerente", 1), formulario(("1", "10", "2"))
    assert cliente.post(ADICIONAR, dados)["Location"] == cliente.post(ADICIONAR, dados)["Location"]
    assert Saldo.objects.get().quantidade == Decimal(10)


@pytest.mark.parametrize("grupo", ["operador", "financeiro", "fiscal", "auditor", "TI"])
def test_so_quem_lanca_estoque_abre_o_formulario(grupo: str) -> None:
    cliente = navegador(grupo, 1)
    assert cliente.get(ADICIONAR).status_code == 403
    assert cliente.post(ADICIONAR, formulario(("1", "10", "2"))).status_code == 403
    assert not DocumentoEstoque.objects.exists()


def test_gerente_nao_lanca_na_filial_que_nao_ve() -> None:
    resposta = navegador("gerente", 1).post(ADICIONAR, formulario(("1", "10", "2"), filial=filial(2).pk))
    assert resposta.context["cabecalho"].errors["filial"]
    assert not DocumentoEstoque.objects.exists()


def test_sugestoes_de_produto() -> None:
    cliente = navegador("gerente", 1)
    endereco = reverse("admin:estoque_documentoestoque_produtos")

    def codigos(texto: str) -> list[int]:
        return [produto["codigo"] for produto in cliente.get(endereco, {"q": texto}).json()["produtos"]]

    assert codigos("7891000100103") == [3]
    assert codigos("2") == [2]
    assert sorted(codigos("torrado cafe")) == [1, 2, 3, 4, 5]
    assert codigos("'; DROP TABLE") == []
    assert navegador("operador", 1).get(endereco, {"q": "1"}).status_code == 403


def test_documento_mostra_linhas_e_movimentos_e_nao_se_altera() -> None:
    documento = entrada(1)
    cliente = navegador("gerente", 1)
    endereco = reverse("admin:estoque_documentoestoque_change", args=[documento.pk])
    texto = cliente.get(endereco).content.decode()
    assert texto.count("1 – Café torrado nº 1") == 2 and "20,00" in texto
    assert cliente.post(endereco, {"motivo": "outro"}).status_code == 403


def test_saldos_filtram_por_filial_e_produto_e_marcam_os_negativos() -> None:
    entrada(1), entrada(2, "3", "4"), entrada(1, "7", "1", loja=2)
    cliente = navegador("operador", 1, 2)
    assert len(cliente.get(SALDOS).context["saldos"]) == 3
    da_um = cliente.get(SALDOS, {"filial": filial(1).pk})
    assert (len(da_um.context["saldos"]), da_um.context["valor_total"]) == (2, Decimal(32))
    assert [s.produto.codigo for s in cliente.get(SALDOS, {"q": "cafe 2"}).context["saldos"]] == [2]
    assert cliente.get(SALDOS, {"negativos": "1"}).context["saldos"] == []
    assert "Nenhum saldo com este filtro" in cliente.get(SALDOS, {"q": "nada"}).content.decode()


def test_saldos_negativos_em_destaque() -> None:
    produto = Produto.objects.get(codigo=4).pk
    venda = MovimentoNovo(filial().pk, produto, 1, Decimal(-2), Decimal(3), agora(), hoje(), 1, 99, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        lancar(cursor, [venda], agora=agora())
    resposta = navegador("operador", 1).get(SALDOS, {"negativos": "1"})
    assert re.search(r'<tr class="negativo">\s*<td[^>]*>4 – Café', resposta.content.decode())


def test_saldos_so_das_filiais_de_quem_olha() -> None:
    entrada(1), entrada(1, loja=2)
    cliente = navegador("operador", 2)
    assert [s.filial.codigo for s in cliente.get(SALDOS).context["saldos"]] == [2]
    assert [s.filial.codigo for s in cliente.get(SALDOS, {"filial": filial(1).pk}).context["saldos"]] == [2]
    assert navegador("TI", 1).get(SALDOS).status_code == 403


def test_paginas_de_saldos_nao_repetem_nem_pulam(monkeypatch: pytest.MonkeyPatch) -> None:
    for codigo in range(1, 6):
        entrada(codigo), entrada(codigo, loja=2)
    monkeypatch.setattr("erp.estoque.admin.saldos.POR_PAGINA", 3)
    cliente, endereco, vistos = navegador("operador", 1, 2), SALDOS, []
    while endereco:
        contexto = cliente.get(endereco).context
        vistos += [(s.produto.codigo, s.filial.codigo) for s in contexto["saldos"]]
        endereco = SALDOS + contexto["proxima"] if contexto["proxima"] else ""
    assert vistos == [(codigo, loja) for codigo in range(1, 6) for loja in (1, 2)]


@pytest.mark.parametrize("depois", ["", "x", "1-", "9" * 40 + "-1", "-1-2"])
def test_pagina_de_saldos_aguenta_endereco_torto(depois: str) -> None:
    entrada(1)
    assert len(navegador("operador", 1).get(SALDOS, {"depois": depois, "filial": "zzz"}).context["saldos"]) == 1


def movimentos(cliente: Client, **filtros: Any) -> list[Movimento]:
    return list(cliente.get(MOVIMENTOS, filtros).context["cl"].result_list)


def test_lista_de_movimentos_olha_os_ultimos_dias_e_filtra() -> None:
    entrada(1), entrada(2, loja=2)
    antiga = entrada(3, ocorrido_em=agora() - timedelta(days=30))
    cliente = navegador("operador", 1, 2)
    assert {m.produto.codigo for m in movimentos(cliente)} == {1, 2}
    assert {m.produto.codigo for m in movimentos(cliente, data_contabil_from="", data_contabil_to="")} == {1, 2, 3}
    dia = Movimento.objects.get(origem_id=antiga.pk, origem=2).data_contabil
    no_dia = movimentos(cliente, data_contabil_from=f"{dia:%d/%m/%Y}", data_contabil_to=f"{dia:%d/%m/%Y}")
    assert {m.produto.codigo for m in no_dia} == {3}
    assert {m.produto.codigo for m in movimentos(cliente, produto="7891000100102")} == {2}
    assert movimentos(cliente, produto="nada") == []
    assert {m.produto.codigo for m in movimentos(cliente, filial=filial(2).pk)} == {2}
    assert movimentos(cliente, natureza__exact=Natureza.VENDA) == []
    assert {m.produto.codigo for m in movimentos(navegador("financeiro", 2))} == {2}


def test_lista_de_movimentos_nao_conta_e_nao_ordena_a_tabela(django_assert_max_num_queries: Any) -> None:
    entrada(1)
    cliente = navegador("operador", 1)
    with django_assert_max_num_queries(12) as consultas:
        movimentos(cliente)
    do_razao = [c["sql"] for c in consultas.captured_queries if '"estoque_movimento"' in c["sql"]]
    assert do_razao and all("COUNT(" not in sql and "LIMIT" in sql for sql in do_razao)


def test_movimento_nao_se_inclui_nem_altera_nem_exclui() -> None:
    entrada(1)
    movimento = Movimento.objects.get()
    cliente = navegador("gerente", 1)
    assert cliente.get(f"{MOVIMENTOS}{movimento.pk}/change/").status_code == 200
    assert cliente.get(f"{MOVIMENTOS}add/").status_code == 403
    assert cliente.post(f"{MOVIMENTOS}{movimento.pk}/delete/", {"post": "yes"}).status_code == 403


def test_piso_dos_ids_nunca_esconde_um_movimento_da_janela(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtros, "PASSO_DO_PISO", 1)
    for dias in (40, 30, 20, 10, 0):
        with time_machine.travel(timezone.now() - timedelta(days=dias), tick=False):
            for _ in range(3):
                entrada(1, ocorrido_em=agora())
    for dias in range(0, 45):
        inicio = hoje() - timedelta(days=dias)
        na_janela = Movimento.objects.filter(data_contabil__gte=inicio)
        assert na_janela.filter(pk__gt=filtros.piso(Movimento, inicio)).count() == na_janela.count()
    assert filtros.piso(Movimento, hoje()) >= Movimento.objects.order_by("pk")[8].pk  # and it does leave the old out
