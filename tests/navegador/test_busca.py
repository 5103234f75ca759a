"""Bia looks for a customer by CPF: the browser's address and its history never have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from clientes.models import Cliente
from tests.erp.elenco import CPF, empresa, pessoa
from tests.navegador.test_admin_do_pdv import SENHA, entrar

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
CLIENTES = "/admin/clientes/cliente/"


@pytest.fixture
def na_loja(pagina: Page) -> Iterator[tuple[Page, list[str]]]:
    """The screen, and every address that it asked for."""
    empresa()
    ana = pessoa("gerente")
    ana.set_password(SENHA)
    ana.save()
    for n in range(60):
        Cliente.objects.create(
            codigo_cliente=f"C{n:03d}", cliente_varejo=f"JOSE {n:03d}", filial="Matriz", status=n % 2
        )
    Cliente.objects.create(codigo_cliente=CPF, cliente_varejo="MARIA DA SILVA", cpf_cgc=CPF, filial="Matriz", status=1)
    entrar(pagina)
    pedidos: list[str] = []
    pagina.on("request", lambda pedido: pedidos.append(unquote(pedido.url)))
    yield pagina, pedidos


@pytest.mark.parametrize("largura", [1400, 390])
def test_a_busca_anda_por_paginas_e_filtros_sem_o_termo_no_endereco(
    na_loja: tuple[Page, list[str]], largura: int
) -> None:
    tela, pedidos = na_loja
    tela.set_viewport_size({"width": largura, "height": 900})
    tela.goto(f"{CLIENTES}?status=1")
    caixa = tela.locator("#searchbar")
    caixa.fill("529.982.247-25")
    caixa.press("Enter")
    expect(tela.locator("#result_list")).to_contain_text("MARIA DA SILVA")
    expect(tela.locator("#result_list")).not_to_contain_text("JOSE")
    expect(tela.locator("#searchbar")).to_have_value("529.982.247-25")
    assert re.search(r"\?status=1&q=velado-[\w-]+$", tela.url)
    tela.reload()
    expect(tela.locator("#searchbar")).to_have_value("529.982.247-25")
    assert not [url for url in pedidos if CPF in url or "529.982.247-25" in url]

    tela.goto(CLIENTES)
    tela.locator("#searchbar").fill("jose")
    tela.locator("#searchbar").press("Enter")
    expect(tela.locator("#result_list")).to_contain_text("JOSE 0")
    tela.locator("a[href*='p=2']").first.click()
    expect(tela.locator("#searchbar")).to_have_value("jose")
    expect(tela.locator("#result_list tbody tr")).to_have_count(10)
    tela.locator("#searchbar").fill("")
    tela.locator("#searchbar").press("Enter")
    expect(tela.locator("#result_list")).to_contain_text("MARIA DA SILVA")
    assert tela.url.endswith(CLIENTES)
    assert not [url for url in pedidos if "jose" in url]


def test_o_cliente_de_uma_visita_se_escolhe_pelo_cpf_sem_que_ele_fique_num_endereco(
    na_loja: tuple[Page, list[str]],
) -> None:
    tela, pedidos = na_loja
    tela.goto("/admin/visitas/visita/add/")
    tela.locator(".field-cliente .select2-selection").click()
    tela.locator(".select2-search__field").fill(CPF)
    tela.locator(".select2-results__option", has_text="MARIA DA SILVA").click()
    expect(tela.locator(".field-cliente .select2-selection")).to_contain_text("MARIA DA SILVA")
    assert any(url.endswith("/admin/autocomplete/") for url in pedidos)
    assert not [url for url in pedidos if CPF in url]
