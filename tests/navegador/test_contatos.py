"""Messages at the screen: the preview that follows the typing, the field put in by a click, and leaving by the link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from erp.contatos.elo import token_de
from erp.contatos.models import Comunicado, Descadastro, ModeloMensagem
from erp.contatos.services import criar_modelos
from tests.filas.admin.conftest import pessoa
from tests.navegador.test_admin_do_pdv import SENHA, entrar

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def ana() -> None:
    usuario = pessoa("ana", "gerente")
    usuario.set_password(SENHA)
    usuario.save()


def test_a_previa_segue_o_que_se_digita_e_o_clique_escreve_o_campo(pagina: Page) -> None:
    criar_modelos()
    modelo = ModeloMensagem.objects.get(codigo="titulo_a_vencer", canal="email")
    entrar(pagina)
    pagina.goto(f"/admin/contatos/modelomensagem/{modelo.pk}/change/")
    previa = pagina.locator("#previa")
    expect(previa).to_contain_text("Olá, Maria.")

    pagina.get_by_label("Texto").fill("Vence em {{vencimeto}}")
    expect(previa).to_contain_text("Você quis dizer {{vencimento}}?")
    pagina.get_by_label("Texto").fill("Vence <b>já</b>: ")
    pagina.get_by_role("button", name="{{vencimento}}").click()
    expect(pagina.get_by_label("Texto")).to_have_value("Vence <b>já</b>: {{vencimento}}")
    expect(previa).to_contain_text("Vence <b>já</b>: 10/12/2026")
    assert previa.locator("b").count() == 0
    pagina.get_by_role("button", name="Salvar", exact=True).click()
    expect(pagina.get_by_text(re.compile("foi alterado com sucesso|modificado com sucesso"))).to_be_visible()

    modelo.refresh_from_db()
    assert modelo.corpo == "Vence <b>já</b>: {{vencimento}}"


@pytest.mark.parametrize("largura", [1200, 360])
def test_quem_recebe_sai_pelo_elo_e_volta_atras_sem_senha(pagina: Page, largura: int) -> None:
    comunicado = Comunicado.objects.create(fato="a", canal="email", modelo="m", endereco="ana.souza@exemplo.com.br")
    pagina.set_viewport_size({"width": largura, "height": 700})

    pagina.goto(f"/contatos/descadastro/{token_de(comunicado.pk)}/")
    expect(pagina.get_by_text("a***a@exemplo.com.br")).to_be_visible()
    assert not Descadastro.objects.exists()
    pagina.get_by_role("button", name="Parar de receber").dblclick()
    expect(pagina.get_by_role("heading")).to_have_text("Pronto: não escreveremos mais")
    assert Descadastro.objects.filter(desfeito_em=None).count() == 1
    pagina.get_by_role("button", name="Foi engano").click()
    expect(pagina.get_by_role("heading")).to_have_text("Certo: você continua recebendo")
    assert Descadastro.objects.filter(desfeito_em=None).count() == 0
    assert pagina.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
