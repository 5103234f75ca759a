"""The preview at the screen: two sides of one sale, a mixed selection with a blocked one left out, a narrow screen."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal as D

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect

from erp.cadastros.models import CondicaoFinalizador, PeriodoContabil
from erp.financeiro.models import Titulo
from erp.financeiro.services import baixar_titulo
from pdv.processamento.models import AtoPessoa, Geracao
from pdv.processamento.services import drenar_tudo
from tests.invariantes import verificar_tudo
from tests.navegador.test_admin_do_pdv import elenco as elenco  # the same cast, and Ana with her password
from tests.navegador.test_admin_do_pdv import entrar, situacao
from tests.pdv.elenco import AGORA, CREDIARIO, CREDITO, DINHEIRO, Elenco, estagiar_venda

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
LISTA = "/admin/replicacao/operacaopdv/"


def test_ve_os_dois_lados_e_so_entao_estorna_e_reprocessa(elenco: Elenco, pagina: Page) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "1", "100.00")], [(CREDITO, "100.00", "0", 1)])
    drenar_tudo()
    CondicaoFinalizador.objects.filter(finalizador__codigo=CREDITO).update(taxa_percentual=D(5))
    entrar(pagina)
    pagina.goto(f"{LISTA}{venda.pk}/change/")
    pagina.get_by_role("link", name="Reprocessar").click()
    taxa = pagina.get_by_role("row", name="A pagar: Cartão 1/1")
    expect(taxa).to_contain_text("2,99")
    expect(taxa).to_contain_text("5,00")
    expect(taxa).to_have_class(re.compile("muda"))
    expect(pagina.get_by_role("row", name="A receber: Cartão 1/1")).to_have_class(re.compile("igual"))
    assert (situacao(venda), Geracao.objects.count()) == (9, 1), "ver não faz nada"
    pagina.get_by_label("Motivo").fill("Taxa do cartão corrigida")
    pagina.get_by_role("button", name="Estornar e reprocessar 1 operação").click()
    expect(pagina.get_by_text("1 operação na fila para reprocessar.")).to_be_visible()
    drenar_tudo()
    assert Titulo.objects.filter(sentido="P", sequencia__gte=0).order_by("-id")[0].valor == D("5.00")
    verificar_tudo()


def test_deixa_de_fora_a_bloqueada_e_segue_o_elo_da_saida(elenco: Elenco, pagina: Page) -> None:
    presa = estagiar_venda(elenco.pdv, [(101, "1", "30.00")], [(CREDIARIO, "30.00", "0", 1)], cliente="C1")
    livres = [estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)]) for _ in range(2)]
    drenar_tudo()
    titulo = Titulo.objects.get(especie="crediario")
    baixa = baixar_titulo(
        titulo_id=titulo.pk, valor=titulo.valor, conta_id=elenco.banco.pk, ocorrido_em=AGORA, motivo="recebido",
        usuario=elenco.ana, chave=uuid.uuid4(),
    )  # fmt: skip
    User.objects.get(username="ana").groups.add(Group.objects.get(name="financeiro"))
    entrar(pagina)
    pagina.set_viewport_size({"width": 390, "height": 844})
    pagina.goto(f"{LISTA}{presa.pk}/reprocessar/")
    expect(pagina.get_by_role("button", name="reprocessar")).to_have_count(0)
    assert pagina.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "cabe na tela estreita"
    pagina.get_by_role("link", name=f"Desfazer a baixa {baixa.pk}").click()
    expect(pagina).to_have_url(re.compile(f"/admin/financeiro/baixa/{baixa.pk}/change/"))
    pagina.set_viewport_size({"width": 1400, "height": 900})
    pagina.goto(LISTA)
    for linha in (presa, *livres):
        pagina.locator(f"input.action-select[value='{linha.pk}']").check()
    pagina.select_option("select[name=action]", "reprocessar")
    pagina.locator("[name=index]").last.click()
    expect(pagina.get_by_role("heading", name="1 não pode ser feita")).to_be_visible()
    pagina.get_by_label("Deixar de fora a bloqueada e reprocessar só as 2 operações que podem").check()
    pagina.get_by_label("Motivo").fill("Conferência do mês")
    pagina.get_by_role("button", name="Estornar e reprocessar 2 operações").dblclick()
    expect(pagina.get_by_text("2 operações na fila para reprocessar. 1 bloqueada ficou como estava.")).to_be_visible()
    assert [situacao(o) for o in (presa, *livres)] == [9, 1, 1]
    assert AtoPessoa.objects.count() == 2


def test_fecha_o_periodo_vendo_o_que_falta_e_o_reabre(elenco: Elenco, pagina: Page) -> None:
    estagiar_venda(elenco.pdv, [(999, "1", "30.00")], [(DINHEIRO, "30.00", "0", 1)])
    drenar_tudo()
    User.objects.get(username="ana").groups.add(Group.objects.get(name="financeiro"))
    periodo = PeriodoContabil.objects.create(inicio="2026-03-01", fim="2026-03-31", fechado=False)
    entrar(pagina)
    pagina.goto(f"/admin/cadastros/periodocontabil/{periodo.pk}/change/")
    pagina.get_by_role("link", name="Fechar").click()
    expect(pagina.get_by_text("Ainda falta lançar nestes dias")).to_be_visible()
    expect(pagina.get_by_role("link", name="Operações com erro")).to_be_visible()
    pagina.get_by_label("Motivo").fill("Mês conferido")
    pagina.get_by_role("button", name="Fechar o período").click()
    expect(pagina.get_by_text("Fechado: 01/03/2026 a 31/03/2026.")).to_be_visible()
    pagina.get_by_role("link", name="Reabrir").click()
    pagina.get_by_label("Motivo").fill("Faltou uma venda")
    pagina.get_by_role("button", name="Reabrir o período").click()
    expect(pagina.get_by_text("Reaberto: 01/03/2026 a 31/03/2026.")).to_be_visible()
    periodo.refresh_from_db()
    assert not periodo.fechado
