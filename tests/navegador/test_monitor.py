"""Ana at the Monitor: what nobody knows, named with one click; what waits, drained; customers sent again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from clientes.models import MunicipioInformado, Reenvio
from clientes.monitor.reenvio import andar
from tests.clientes.monitor.elenco import escrever, mensagens, monitorar
from tests.clientes.monitor.test_informar import BH, com_erro
from tests.erp.elenco import empresa, pessoa
from tests.navegador.test_admin_do_pdv import SENHA, entrar

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
MONITOR = "/admin/clientes/varredura/"


@pytest.fixture
def na_loja(pagina: Page) -> Page:
    empresa()
    ana = pessoa("gerente")
    ana.set_password(SENHA)
    ana.save()
    entrar(pagina)
    return pagina


def test_do_lugar_desconhecido_a_mensagem_de_volta_na_fila_com_um_clique(na_loja: Page) -> None:
    for codigo in "123":
        com_erro(codigo, "BELO ORIZONTE")
    na_loja.goto(MONITOR)
    linha = na_loja.locator("#lugares tr", has_text="BELO ORIZONTE/MG")
    expect(linha).to_contain_text("3 mensagens")
    linha.get_by_role("link", name="Informar").click()
    expect(na_loja.get_by_text("3 mensagens")).to_be_visible()
    primeira = na_loja.locator(".mon-sugestoes li").first
    expect(primeira).to_contain_text("Belo Horizonte / MG")
    primeira.get_by_role("button", name="É este").dblclick()
    expect(na_loja.get_by_text(re.compile("3 mensagens voltaram à fila|já tinha sido enviada")).first).to_be_visible()
    assert [(m.situacao, m.conteudo["IBGE"]) for c in "123" for m in mensagens(c)] == [(0, BH)] * 3
    assert MunicipioInformado.objects.count() == 1
    na_loja.goto(MONITOR)
    expect(na_loja.locator("#lugares")).to_have_count(0)


def test_a_busca_acha_o_municipio_que_nao_estava_entre_os_parecidos(na_loja: Page) -> None:
    com_erro("1", "TERRA DA GAROA", "SP")
    na_loja.goto(f"{MONITOR}informar/{mensagens('1')[-1].pk}/")
    na_loja.get_by_role("searchbox", name="Procurar", exact=True).fill("são paulo")
    na_loja.get_by_role("button", name="Procurar", exact=True).click()
    na_loja.locator(".mon-sugestoes li", has_text="São Paulo / SP").get_by_role("button", name="É este").click()
    expect(na_loja.get_by_text("1 mensagem voltou à fila")).to_be_visible()
    assert mensagens("1")[-1].conteudo["IBGE"] == "3550308"


def test_o_que_espera_aparece_sozinho_e_varrer_agora_o_leva(na_loja: Page) -> None:
    na_loja.goto(MONITOR)
    espera = na_loja.locator(".rtg-quadro", has_text="À espera").locator(".valor")
    expect(espera).to_have_text("0")
    escrever("1")
    expect(espera).to_have_text("1", timeout=20_000)  # nobody touched the page
    na_loja.get_by_role("button", name="Varrer agora").click()
    expect(na_loja.get_by_text("1 mudança varrida: 1 mensagem na fila")).to_be_visible()
    assert len(mensagens("1")) == 1


def test_reenviar_diz_quantos_pede_o_motivo_e_mostra_o_andamento(na_loja: Page) -> None:
    for codigo in "123":
        escrever(codigo)
    monitorar()
    na_loja.goto(MONITOR)
    na_loja.get_by_role("link", name="Reenviar desde…").click()
    na_loja.get_by_role("link", name="Hoje", exact=True).click()
    expect(na_loja.locator("#total")).to_contain_text("3 clientes")
    na_loja.get_by_role("button", name="Reenviar 3 clientes").click()
    expect(na_loja.get_by_text("Falta o motivo")).to_be_visible()
    na_loja.get_by_label("Motivo").fill("Plataforma restaurada")
    na_loja.get_by_role("button", name="Reenviar 3 clientes").dblclick()
    expect(na_loja.locator("#reenvios")).to_contain_text("Plataforma restaurada")
    assert Reenvio.objects.count() == 1
    assert andar() == 3
    monitorar()
    expect(na_loja.locator("#reenvios")).to_contain_text("Terminado", timeout=20_000)  # the page asked by itself
    assert [len(mensagens(c)) for c in "123"] == [2, 2, 2]
