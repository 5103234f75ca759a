"""What Ana does at the screen: enters, sees what is wrong, processes, reprocesses, ignores."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from pdv.processamento.models import AtoPessoa, Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar_venda, montar_elenco
from tests.pdv.processamento.conftest import pessoa

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
SENHA = "uma-senha-comprida"


@pytest.fixture
def elenco() -> Elenco:
    elenco = montar_elenco()
    ana = pessoa("ana", "gerente", filiais=(elenco.centro,))
    ana.set_password(SENHA)
    ana.save()
    return elenco


def entrar(pagina: Page, quem: str = "ana") -> None:
    """With the session of who has entered: how one enters is the first test's."""
    cliente = Client()
    cliente.force_login(User.objects.get(username=quem), backend="django.contrib.auth.backends.ModelBackend")
    sessao = cliente.cookies[settings.SESSION_COOKIE_NAME]
    pagina.context.add_cookies([{"name": sessao.key, "value": sessao.value, "domain": "localhost", "path": "/"}])
    pagina.goto("/admin/")
    expect(pagina).to_have_title(re.compile("Início"))


def entrar_com_senha(pagina: Page) -> None:
    pagina.goto("/admin/login/")
    pagina.get_by_label("Usuário").fill("ana")
    pagina.get_by_label("Senha").first.fill(SENHA)
    pagina.get_by_role("button", name="Acessar").click()
    expect(pagina).to_have_title(re.compile("Início"))


def venda(elenco: Elenco, produto: int = 101) -> OperacaoPdv:
    operacao = estagiar_venda(elenco.pdv, [(produto, "1", "25.00")], [(DINHEIRO, "25.00", "0", 1)])
    drenar_tudo()
    operacao.refresh_from_db()
    return operacao


def situacao(operacao: OperacaoPdv) -> int:
    operacao.refresh_from_db()
    return operacao.situacao_replicacao


def test_do_painel_ao_erro_e_de_volta_a_fila(elenco: Elenco, pagina: Page) -> None:
    errada = venda(elenco, produto=555)
    assert situacao(errada) == 2
    entrar_com_senha(pagina)
    pagina.get_by_role("link", name="Produto não cadastrado: 555").click()
    pagina.get_by_role("link", name=str(errada.id_operacao), exact=True).click()
    expect(pagina.get_by_text("produto 555 não está cadastrado").first).to_be_visible()
    pagina.get_by_role("link", name="Processar agora").click()
    expect(pagina.get_by_text("1 com erro volta à fila")).to_be_visible()
    pagina.get_by_label("Motivo").fill("Produto cadastrado hoje")
    pagina.get_by_role("button", name="Processar agora").click()
    expect(pagina.get_by_text("1 operação na fila, para agora.")).to_be_visible()
    assert situacao(errada) == 1
    assert AtoPessoa.objects.get().motivo == "Produto cadastrado hoje"


def test_reprocessar_com_clique_duplo_faz_um_ato_e_uma_geracao_nova(elenco: Elenco, pagina: Page) -> None:
    feita = venda(elenco)
    assert situacao(feita) == 9
    entrar(pagina)
    pagina.goto(f"/admin/replicacao/operacaopdv/{feita.pk}/change/")
    pagina.get_by_role("link", name="Reprocessar").click()
    pagina.get_by_label("Motivo").fill("Condição do cartão corrigida")
    pagina.get_by_role("button", name="Reprocessar").dblclick()
    expect(pagina.get_by_role("heading", name=f"Venda {feita.id_operacao}", exact=True)).to_be_visible()
    assert AtoPessoa.objects.count() == 1
    drenar_tudo()
    vivas = [(g.numero, g.estornada_em is None) for g in Geracao.objects.order_by("numero")]
    assert vivas == [(1, False), (2, True)]
    pagina.reload()
    expect(pagina.get_by_role("link", name="Geração 2")).to_be_visible()
    expect(pagina.get_by_text("Reprocessar – ana")).to_be_visible()
    verificar_tudo()


def test_dois_envios_ao_mesmo_tempo_fazem_um_ato_so(elenco: Elenco, pagina: Page) -> None:
    """The button's own guard taken away: what stops the second is the server."""
    feita = venda(elenco)
    entrar(pagina)
    pagina.goto(f"/admin/replicacao/operacaopdv/{feita.pk}/reprocessar/")
    respostas = pagina.evaluate(
        """async () => {
            const form = document.querySelector('form[method=post] textarea[name=motivo]').form;
            form.motivo.value = 'Enviada duas vezes de propósito';
            const envio = () => fetch(location.href, {method: 'POST', body: new URLSearchParams(new FormData(form))});
            return (await Promise.all([envio(), envio(), envio()])).map(r => r.status);
        }"""
    )
    assert respostas == [200, 200, 200]
    assert AtoPessoa.objects.count() == 1


def test_ignorar_pela_lista_as_linhas_marcadas(elenco: Elenco, pagina: Page) -> None:
    uma, outra, fica = venda(elenco, 555), venda(elenco, 556), venda(elenco, 557)
    entrar(pagina)
    pagina.goto("/admin/replicacao/operacaopdv/?situacao=2")
    for operacao in (uma, outra):
        pagina.locator(f"input.action-select[value='{operacao.pk}']").check()
    pagina.locator("select[name=action]").select_option("ignorar")
    pagina.get_by_role("button", name="Continuar").click()
    expect(pagina.get_by_text("2 operações, R$\u00a050,00: 2 com erro saem da fila.")).to_be_visible()
    pagina.get_by_label("Motivo").fill("Vendas de teste do técnico")
    pagina.get_by_role("button", name="Ignorar").click()
    expect(pagina.get_by_text("2 operações fora da fila.")).to_be_visible()
    assert [situacao(o) for o in (uma, outra, fica)] == [0, 0, 2]
    assert AtoPessoa.objects.filter(acao=AtoPessoa.Acao.IGNORAR).count() == 2


def test_no_escuro_o_texto_continua_legivel(elenco: Elenco, pagina: Page) -> None:
    errada = venda(elenco, produto=555)
    pagina.emulate_media(color_scheme="dark")
    entrar(pagina)
    pagina.goto(f"/admin/replicacao/operacaopdv/{errada.pk}/change/")
    expect(pagina.locator("html")).to_have_class(re.compile("dark"))
    titulo = pagina.get_by_role("heading", name=f"Venda {errada.id_operacao}", exact=True)
    expect(titulo).to_be_visible()
    claridade = """e => {
        const tela = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        const medir = cor => { tela.fillStyle = cor; tela.fillRect(0, 0, 1, 1);
            const [r, g, b] = tela.getImageData(0, 0, 1, 1).data; return (0.299 * r + 0.587 * g + 0.114 * b) / 255; };
        const fundo = e.closest('.rtg-cartao') || document.getElementById('main');
        return [medir(getComputedStyle(e).color), medir(getComputedStyle(fundo).backgroundColor)];
    }"""
    for elemento in (titulo, pagina.locator(".rtg-problemas .rtg-forte").first, pagina.locator(".rtg-tabela td").first):
        texto, fundo = elemento.evaluate(claridade)
        assert texto - fundo > 0.4


def test_no_telefone_nada_sai_da_tela(elenco: Elenco, pagina: Page) -> None:
    errada = venda(elenco, produto=555)
    pagina.set_viewport_size({"width": 420, "height": 900})
    entrar(pagina)
    for endereco in ("/admin/", "/admin/replicacao/operacaopdv/", f"/admin/replicacao/operacaopdv/{errada.pk}/change/"):
        pagina.goto(endereco)
        assert pagina.evaluate("document.documentElement.scrollWidth") <= 420, endereco
