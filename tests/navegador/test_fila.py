"""The queue at the screen: 412 messages of one cause go back with one click, numbers live, the curl copied."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from filas.models import AcaoEmMassa, Mensagem
from tests.filas.admin.conftest import CONTEXTO, Vizinhos, conteudo, mensagem, pessoa, tentativa, vizinhos
from tests.navegador.test_admin_do_pdv import SENHA, entrar

__all__ = ["vizinhos"]  # the fixture: a context of the tests
pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
Situacao = Mensagem.Situacao
QUANTAS = 412
ESPERA = 30_000
FILA = "/admin/filas/mensagem/"


@pytest.fixture(autouse=True)
def ana() -> None:
    usuario = pessoa("ana", "gerente")
    usuario.set_password(SENHA)
    usuario.save()


def errar(quantas: int, causa: str = "SEM_RUA", antes: str = "C") -> None:
    Mensagem.objects.bulk_create(
        Mensagem(contexto=CONTEXTO, chave=chave, conteudo=conteudo(chave), situacao=Situacao.ERRO, causa=causa)
        for chave in (f"{antes}{n:04}" for n in range(quantas))
    )


def test_as_412_de_uma_causa_voltam_com_um_clique(pagina: Page, vizinhos: Vizinhos) -> None:
    errar(QUANTAS)
    errar(2, "HTTP_422", "D")
    vizinhos.registros = {f"C{n:04}": conteudo(f"C{n:04}", RUA="A") for n in range(QUANTAS)}
    entrar(pagina)
    cartao = pagina.locator("#fila-no-painel")
    expect(cartao).to_contain_text("412 mensagens")
    cartao.get_by_role("link", name="Reprocessar as 412").click()
    expect(pagina.get_by_text("412 mensagens com este erro, e só elas. Voltam à fila")).to_be_visible()
    expect(pagina.get_by_text("podem ser enviadas")).to_be_visible()
    pagina.get_by_role("button", name="Reprocessar estas 412 mensagens").dblclick()
    expect(pagina.get_by_role("status")).to_have_text(
        re.compile("Pronto. 412 mensagens voltaram à fila"), timeout=ESPERA
    )
    assert AcaoEmMassa.objects.count() == 1
    assert Mensagem.objects.filter(situacao=Situacao.PENDENTE).count() == QUANTAS
    assert Mensagem.objects.filter(situacao=Situacao.ERRO).count() == 2


@pytest.mark.usefixtures("vizinhos")
def test_os_numeros_acima_da_lista_andam_sozinhos(pagina: Page) -> None:
    errar(1)
    entrar(pagina)
    pagina.goto(FILA)
    pagina.evaluate("window.aMesmaPagina = true")
    com_erro = pagina.locator("#fila-agora .rtg-quadro", has_text="Com erro")
    expect(com_erro.locator(".valor")).to_have_text("1")
    errar(2, "HTTP_422", "D")
    expect(com_erro.locator(".valor")).to_have_text("3", timeout=ESPERA)
    expect(pagina.locator("#causas")).to_contain_text("HTTP_422")
    assert pagina.evaluate("window.aMesmaPagina")


@pytest.mark.usefixtures("vizinhos")
def test_o_botao_copia_o_curl_inteiro(pagina: Page) -> None:
    m = mensagem()
    curl = "curl -X POST 'http://127.0.0.1:1/' \\\n  -d '{\"nome\": \"<b>Ana & Bia</b>\"}'"
    tentativa(m, curl=curl)
    pagina.context.grant_permissions(["clipboard-read", "clipboard-write"])
    entrar(pagina)
    pagina.goto(f"{FILA}{m.pk}/change/")
    pagina.get_by_role("button", name="Copiar o curl").click()
    expect(pagina.get_by_role("button", name="Copiado")).to_be_visible()
    assert pagina.evaluate("navigator.clipboard.readText()") == curl


@pytest.mark.usefixtures("vizinhos")
def test_copiar_funciona_tambem_sem_https(pagina: Page) -> None:
    m = mensagem()
    tentativa(m, curl="curl http://127.0.0.1:1/")
    pagina.context.grant_permissions(["clipboard-read", "clipboard-write"])
    entrar(pagina)
    pagina.goto(f"{FILA}{m.pk}/change/")
    pagina.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('sem HTTPS')); }")
    pagina.get_by_role("button", name="Copiar o curl").click()
    expect(pagina.get_by_role("button", name="Copiado")).to_be_visible()
    assert pagina.evaluate("navigator.clipboard.readText()") == "curl http://127.0.0.1:1/"


@pytest.mark.usefixtures("vizinhos")
def test_no_telefone_as_paginas_da_fila_cabem_na_tela(pagina: Page) -> None:
    longo = "SEM-ESPACO-" * 60
    m = mensagem(mensagem=longo, conteudo=conteudo(NOME=longo, **{longo[:80]: longo}))
    tentativa(m, mensagem=longo, retorno=longo, curl=longo, payload={longo[:80]: longo})
    pagina.set_viewport_size({"width": 420, "height": 900})
    entrar(pagina)
    for endereco in (
        FILA, f"{FILA}{m.pk}/change/", "/admin/filas/estadocontexto/", "/admin/",
        f"{FILA}em-massa/?acao=cancelar&causa={CONTEXTO}:SEM_RUA",
    ):  # fmt: skip
        pagina.goto(endereco)
        assert pagina.evaluate("document.documentElement.scrollWidth") <= 420, endereco


@pytest.mark.usefixtures("vizinhos")
def test_o_que_o_outro_sistema_responde_nao_roda_na_pagina(pagina: Page) -> None:
    malvado = '<img src=x onerror="window.invadida = true"><script>window.invadida = true</script>'
    m = mensagem(chave=malvado[:80], mensagem=malvado, conteudo=conteudo(NOME=malvado))
    tentativa(m, retorno=malvado, mensagem=malvado, curl=malvado)
    entrar(pagina)
    for endereco in (FILA, f"{FILA}{m.pk}/change/"):
        pagina.goto(endereco)
        expect(pagina.get_by_text("onerror").first).to_be_visible()
        assert pagina.evaluate("window.invadida") is None
