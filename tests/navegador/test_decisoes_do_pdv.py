"""What Ana decides at the screen: a mass reprocess that she watches, a divergence that she accepts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pdv.processamento.models import Geracao, Reprocesso
from pdv.processamento.reprocesso.worker import dar_passo, trabalhar
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import Divergencia, OperacaoPdv
from pdv.replicacao.services import receber_pacote
from tests.invariantes import verificar_tudo
from tests.navegador.test_admin_do_pdv import SENHA, entrar
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar_venda, montar_elenco
from tests.pdv.fabricas import em_json, nova_operacao, novo_finalizador, novo_item, novo_pacote
from tests.pdv.processamento.conftest import pessoa

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def elenco() -> Elenco:
    elenco = montar_elenco()
    ana = pessoa("ana", "gerente", filiais=(elenco.centro,))
    ana.set_password(SENHA)
    ana.save()
    return elenco


def vender(elenco: Elenco, quantas: int, produto: int = 101) -> None:
    for _ in range(quantas):
        estagiar_venda(elenco.pdv, [(produto, "1", "25.00")], [(DINHEIRO, "25.00", "0", 1)])
    drenar_tudo()


def test_reprocesso_em_massa_do_filtro_ao_fim(elenco: Elenco, pagina: Page, settings: Any) -> None:
    settings.PDV_LOTE = 2
    vender(elenco, 10)
    vender(elenco, 2, produto=102)
    elenco.arroz.codigo = 999
    elenco.arroz.save()
    entrar(pagina)
    pagina.goto("/admin/replicacao/operacaopdv/?situacao=9")
    pagina.get_by_role("link", name="Reprocessar todas as que o filtro mostra").click()
    expect(pagina.get_by_text("12 já efetuadas são estornadas e processadas de novo")).to_be_visible()
    pagina.get_by_label("Motivo").fill("Condição do cartão corrigida")
    pagina.get_by_role("button", name="Reprocessar 12 operações").dblclick()
    expect(pagina.get_by_role("heading", name=re.compile("Reprocesso em massa nº"))).to_be_visible()
    reprocesso = Reprocesso.objects.get()

    dar_passo(reprocesso.pk)
    drenar_tudo()
    dar_passo(reprocesso.pk)
    expect(pagina.locator("dd[data-quadro=feitas]")).to_have_text("8")  # by itself, without a reload
    pagina.get_by_role("button", name="Pausar").click()
    expect(pagina.locator(".rtg-selo").first).to_have_text("Pausado")
    pagina.get_by_role("button", name="Continuar").click()
    expect(pagina.locator(".rtg-selo").first).to_have_text("Em andamento")
    trabalhar()
    expect(pagina.locator(".rtg-selo").first).to_have_text("Concluído")
    expect(pagina.locator("dd[data-quadro=falhas]")).to_have_text("2")
    pagina.locator("#falhas").get_by_role("link", name="2 operações").click()
    expect(pagina.locator("#result_list tbody tr")).to_have_count(2)
    verificar_tudo()


def versao(quantidade: str) -> bytes:
    item = novo_item(1, quantidade=quantidade, unitario="10.00", id_produto=101, descricao="CAFÉ")
    pago = novo_finalizador(1, item["valor_total_liquido"], DINHEIRO)
    return em_json(novo_pacote(nova_operacao(7, itens=[item], finalizadores=[pago], valor_troco="0.00")))


def test_divergencia_da_primeira_pagina_ate_aceita(elenco: Elenco, pagina: Page) -> None:
    for quantidade in ("1", "3"):
        receber_pacote(corpo=versao(quantidade), ponto_venda=elenco.pdv)
        drenar_tudo()
    entrar(pagina)
    pagina.locator("a.rtg-quadro", has_text="Divergências").click()
    pagina.get_by_role("link", name=f"Nº {Divergencia.objects.get().pk}").click()
    expect(pagina.get_by_role("heading", name="Item 1 – CAFÉ")).to_be_visible()
    expect(pagina.get_by_text("+ R$\u00a020,00").first).to_be_visible()
    pagina.get_by_role("link", name="Aceitar a nova versão").click()
    expect(pagina.get_by_text("Será desfeito").first).to_be_visible()
    pagina.get_by_label("Motivo").fill("A loja confirmou: eram três")
    pagina.get_by_role("button", name="Aceitar a nova versão").dblclick()
    expect(pagina.get_by_text("Decidida por")).to_be_visible()
    drenar_tudo()
    assert OperacaoPdv.objects.get().valor_total == 30
    assert [(g.numero, g.estornada_por) for g in Geracao.objects.order_by("numero")] == [(1, "ana"), (2, "")]
    verificar_tudo()
