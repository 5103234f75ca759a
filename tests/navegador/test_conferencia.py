"""Ana at the board: what does not check, why, what is missing by name; recalculated, accepted, exported."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pdv.conferencia.models import DiaConferido
from pdv.conferencia.services import recalcular_tocados
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from tests.navegador.test_admin_do_pdv import SENHA, entrar
from tests.pdv.conferencia.conftest import declarar
from tests.pdv.conferencia.fabricas import novo_manifesto
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar_venda, montar_elenco
from tests.pdv.processamento.conftest import pessoa

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
LISTA = "/admin/conferencia/diaconferido/"


@pytest.fixture
def quadro() -> Elenco:
    """PDV 1 lost two operations and has one with error; PDV 2 did not say what it did."""
    elenco = montar_elenco()
    ana = pessoa("ana", "gerente", filiais=(elenco.centro,))
    ana.set_password(SENHA)
    ana.save()
    vendas = [venda(elenco, n) for n in range(1, 7)]
    errada = estagiar_venda(elenco.pdv, [(999, "1", "5.00")], [(DINHEIRO, "5.00", "0", 1)], id_operacao=7)
    manifesto = novo_manifesto([*vendas, errada])
    OperacaoPdv.objects.filter(id_operacao__in=(3, 4), ponto_venda_id=elenco.pdv.pk).delete()
    estagiar_venda(elenco.pdv2, [(101, "1", "9.00")], [(DINHEIRO, "9.00", "0", 1)], id_operacao=1)
    drenar_tudo()
    declarar(elenco.pdv, manifesto)
    recalcular_tocados()
    return elenco


def venda(elenco: Elenco, numero: int) -> OperacaoPdv:
    return estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)], id_operacao=numero)


def test_do_quadro_ao_numero_que_falta_e_de_volta(quadro: Elenco, pagina: Page) -> None:
    entrar(pagina)
    pagina.get_by_role("link", name="Ver a conferência").click()
    linha = pagina.locator("#result_list tr", has_text="1 – PDV 1")
    expect(linha.get_by_text("Diferença", exact=True)).to_be_visible()
    expect(linha.get_by_text("2: 3 a 4")).to_be_visible()
    expect(pagina.locator("#result_list tr", has_text="2 – PDV 2").get_by_text("Sem manifesto")).to_be_visible()
    linha.get_by_role("link", name="10/03/2026").click()
    expect(pagina.locator(".rtg-numeros")).to_have_text("3 a 4")
    expect(pagina.get_by_text("2 operações que o PDV diz ter enviado não estão aqui")).to_be_visible()
    expect(pagina.get_by_role("link", name="7", exact=True).first).to_be_visible()
    dia = DiaConferido.objects.get(ponto_venda=quadro.pdv)
    pagina.get_by_role("button", name="Recalcular agora").dblclick()
    expect(pagina.get_by_text("Recalculado agora.").first).to_be_visible()
    pagina.get_by_role("link", name="Aceitar a diferença").click()
    pagina.get_by_label("Motivo").fill("Vendas de treinamento")
    pagina.get_by_role("button", name="Aceitar a diferença").dblclick()
    expect(pagina.get_by_text("Diferença aceita por ana")).to_be_visible()
    dia.refresh_from_db()
    assert dia.aceita_motivo == "Vendas de treinamento"


def test_exporta_o_que_o_filtro_mostra(quadro: Elenco, pagina: Page) -> None:
    entrar(pagina)
    pagina.goto(f"{LISTA}?situacao=4")
    expect(pagina.locator("#result_list tbody tr")).to_have_count(1)
    with pagina.expect_download() as baixado:
        pagina.get_by_role("link", name="Exportar CSV").click()
    assert re.fullmatch(r"conferencia-\d{4}-\d\d-\d\d\.csv", baixado.value.suggested_filename)
    texto = baixado.value.path().read_text(encoding="utf-8-sig")
    assert len(texto.splitlines()) == 2 and "Sem manifesto" in texto


@pytest.mark.parametrize("endereco", [LISTA, "dia"])
def test_no_telefone_nada_sai_da_tela(quadro: Elenco, pagina: Page, endereco: str) -> None:
    pagina.set_viewport_size({"width": 420, "height": 900})
    entrar(pagina)
    dia = DiaConferido.objects.get(ponto_venda=quadro.pdv)
    pagina.goto(f"{LISTA}{dia.pk}/change/" if endereco == "dia" else endereco)
    assert pagina.evaluate("document.documentElement.scrollWidth") <= 420
