"""Fix once, heal all, at the screen: 412 sales fail for one product; registered once, one click posts them all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pdv.processamento.models import AtoPessoa, Geracao, Retomada
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from tests.invariantes import verificar_tudo
from tests.navegador.test_admin_do_pdv import elenco, entrar
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar_venda

__all__ = ["elenco"]  # the fixture: Ana, who enters
pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
QUANTAS = 412
ESPERA = 30_000


def errar(elenco: Elenco, quantas: int, produto: int = 555) -> None:
    for _ in range(quantas):
        estagiar_venda(elenco.pdv, [(produto, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()


def test_cadastrar_o_produto_e_um_clique_lanca_as_412(elenco: Elenco, pagina: Page) -> None:
    errar(elenco, QUANTAS)
    errar(elenco, 1, produto=777)
    entrar(pagina)
    pagina.get_by_role("link", name="Reprocessar em grupo").click()
    linha = pagina.get_by_role("row", name=re.compile("Produto não cadastrado: 555"))
    expect(linha).to_contain_text("412 operações")
    expect(linha).to_contain_text("R$\u00a04.120,00")
    linha.get_by_role("link", name="Cadastrar o produto 555").click()
    pagina.get_by_label("Descrição", exact=False).first.fill("PRODUTO NOVO")
    pagina.get_by_role("button", name="Salvar", exact=True).click()
    expect(pagina.get_by_text("PRODUTO NOVO").first).to_be_visible()
    pagina.goto("/admin/processamento/retomada/")
    pagina.get_by_role("button", name="Reprocessar estas 412 operações").dblclick()
    expect(pagina.get_by_role("status")).to_have_text("Processando: 0 de 412 operações.", timeout=ESPERA)
    drenar_tudo()
    expect(pagina.get_by_role("status")).to_have_text(  # by itself, without a reload
        "Tudo certo. As 412 operações foram lançadas: R$\u00a04.120,00.", timeout=ESPERA
    )
    assert Retomada.objects.count() == 1
    assert AtoPessoa.objects.count() == Geracao.objects.count() == QUANTAS
    assert OperacaoPdv.objects.filter(situacao_replicacao=2).count() == 1
    verificar_tudo()


def test_a_caixa_de_procura_leva_a_operacao_sem_o_cpf_no_endereco(elenco: Elenco, pagina: Page) -> None:
    errar(elenco, 2)
    uma, outra = OperacaoPdv.objects.order_by("pk")
    OperacaoPdv.objects.update(cpf_cnpj_consumidor="52998224725")
    entrar(pagina)
    visitados: list[str] = []
    pagina.on("request", lambda pedido: visitados.append(pedido.url))
    caixa = pagina.locator("#procurar-em-tudo input[name=q]")
    caixa.fill("529.982.247-25")
    caixa.press("Enter")
    expect(pagina.get_by_text("Encontradas para ***.982.247-**")).to_be_visible()
    pagina.get_by_role("link", name=f"Venda {outra.id_operacao}", exact=True).click()
    expect(pagina.get_by_role("heading", name=f"Venda {outra.id_operacao}", exact=True)).to_be_visible()
    caixa.fill(str(uma.id_operacao))
    caixa.press("Enter")
    expect(pagina.get_by_role("heading", name=f"Venda {uma.id_operacao}", exact=True)).to_be_visible()
    assert visitados and not [url for url in visitados if "52998224725" in url or "529.982" in url]


def test_no_telefone_problemas_e_procura_cabem_na_tela(elenco: Elenco, pagina: Page) -> None:
    errar(elenco, 3)
    pagina.set_viewport_size({"width": 420, "height": 900})
    entrar(pagina)
    pagina.goto("/admin/processamento/retomada/")
    assert pagina.evaluate("document.documentElement.scrollWidth") <= 420
    pagina.get_by_role("button", name="Reprocessar estas 3 operações").click()
    expect(pagina.get_by_role("status")).to_be_visible()
    assert pagina.evaluate("document.documentElement.scrollWidth") <= 420
    pagina.goto("/admin/replicacao/operacaopdv/procurar/")
    assert pagina.evaluate("document.documentElement.scrollWidth") <= 420
