"""The board in the admin: who sees what, what it says, what it exports."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has no types

from auditoria.models import Evento
from erp.cadastros.models import PontoVenda
from pdv.conferencia import selectors
from pdv.conferencia.atos import pedir_as_que_faltam
from pdv.conferencia.erros import PedidoRecusado
from pdv.conferencia.exportacao import TITULOS
from pdv.conferencia.models import DiaConferido
from pdv.conferencia.services import recalcular_tocados
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import Comando, OperacaoPdv
from tests.pdv.conferencia.conftest import conferir, declarar
from tests.pdv.conferencia.fabricas import novo_manifesto
from tests.pdv.conferencia.test_quadro import venda
from tests.pdv.elenco import AGORA, DINHEIRO, INSTALACAO, Elenco, estagiar_venda
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = pytest.mark.django_db(transaction=True)
LISTA = "/admin/conferencia/diaconferido/"


def com_diferenca(pdv: PontoVenda) -> DiaConferido:
    """Three sales: one posted, one lost on the way, one with error."""
    boa, perdida = venda(pdv, 1), venda(pdv, 2, "20.00")
    errada = estagiar_venda(pdv, [(999, "1", "5.00")], [(DINHEIRO, "5.00", "0", 1)], id_operacao=3)
    manifesto = novo_manifesto([boa, perdida, errada])
    OperacaoPdv.objects.filter(pk=perdida.pk).delete()
    drenar_tudo()
    declarar(pdv, manifesto)
    return conferir(pdv)


@pytest.fixture
def ana(elenco: Elenco) -> User:
    return pessoa("ana", "gerente", filiais=(elenco.centro,))


def test_lista_diz_os_quatro_numeros_e_o_que_falta(elenco: Elenco, ana: User) -> None:
    com_diferenca(elenco.pdv)
    pagina = entrar(ana).get(LISTA).content.decode()
    for texto in ("Diferença", "R$\u00a035,00", "≠", "<strong>1</strong>: 2", "1 operação com erro de processamento"):
        assert texto in pagina, texto


def test_pagina_do_dia_nomeia_e_leva_a_cada_operacao(elenco: Elenco, ana: User) -> None:
    linha = com_diferenca(elenco.pdv)
    errada = OperacaoPdv.objects.get(id_operacao=3)
    pagina = entrar(ana).get(f"{LISTA}{linha.pk}/change/").content.decode()
    assert "Números que faltam" in pagina and '<p class="rtg-numeros">2</p>' in pagina
    assert reverse("admin:replicacao_operacaopdv_change", args=[errada.pk]) in pagina
    assert "Produto não cadastrado: 999" in pagina
    assert "Venda <span" in pagina  # the kind that differs says so


def test_dia_que_confere_diz_que_confere(elenco: Elenco, ana: User) -> None:
    vendas = [venda(elenco.pdv, n) for n in (1, 2)]
    drenar_tudo()
    declarar(elenco.pdv, novo_manifesto(vendas))
    linha = conferir(elenco.pdv)
    pagina = entrar(ana).get(f"{LISTA}{linha.pk}/change/").content.decode()
    assert "são iguais" in pagina and "Por que não confere" not in pagina


def test_cada_um_ve_so_as_suas_filiais(elenco: Elenco, ana: User) -> None:
    com_diferenca(elenco.pdv)
    outra = com_diferenca(elenco.pdv3)
    PontoVenda.objects.filter(pk=elenco.pdv3.pk).update(nome="CAIXA DO BAIRRO")
    cliente = entrar(ana)
    assert "CAIXA DO BAIRRO" not in cliente.get(LISTA).content.decode()
    assert "CAIXA DO BAIRRO" not in b"".join(cliente.get(f"{LISTA}exportar/csv/")).decode()
    assert cliente.get(f"{LISTA}{outra.pk}/change/").status_code == 302
    assert cliente.post(f"{LISTA}{outra.pk}/recalcular/").status_code == 403
    assert selectors.resumir(frozenset({elenco.centro.pk}), AGORA + timedelta(days=1)).atrasados == 1


@pytest.mark.parametrize("caminho", ["", "exportar/csv/", "exportar/xlsx/", "1/recalcular/"])
def test_sem_permissao_nada_se_ve(elenco: Elenco, caminho: str) -> None:
    bia = pessoa("bia")
    assert entrar(bia).post(f"{LISTA}{caminho}").status_code == 403
    assert "Conferência" not in entrar(bia).get("/admin/").content.decode()


def test_toda_pessoa_de_um_grupo_ve_a_conferencia_no_menu(elenco: Elenco) -> None:
    for grupo in ("operador", "auditor"):
        assert LISTA in entrar(pessoa(f"p-{grupo}", grupo)).get("/admin/").content.decode()


def test_recalcular_agora_usa_o_que_esta_no_banco(elenco: Elenco, ana: User) -> None:
    operacao = venda(elenco.pdv, 1)
    declarar(elenco.pdv, novo_manifesto([operacao]))
    linha = conferir(elenco.pdv)
    drenar_tudo()
    cliente = entrar(ana)
    assert cliente.get(f"{LISTA}{linha.pk}/recalcular/").status_code == 404  # a link changes nothing
    for _ in range(2):
        assert cliente.post(f"{LISTA}{linha.pk}/recalcular/").status_code == 302
    linha.refresh_from_db()
    assert linha.situacao == DiaConferido.Situacao.CONFERE


def test_aceitar_pede_motivo_guarda_quem_e_cai_quando_algo_muda(elenco: Elenco, ana: User) -> None:
    linha = com_diferenca(elenco.pdv)
    depois = AGORA + timedelta(days=2)
    assert selectors.atrasados(None, depois).count() == 1
    cliente = entrar(ana)
    url = f"{LISTA}{linha.pk}/aceitar/"
    campos = dict(_ocultos(cliente.get(url).content.decode()))  # the one-time token
    cliente.post(url, campos | {"motivo": "Venda de teste do técnico"})
    linha.refresh_from_db()
    assert (linha.aceita_por, linha.aceita_motivo) == ("ana", "Venda de teste do técnico")
    assert linha.situacao == DiaConferido.Situacao.DIFERENCA  # nothing becomes green by it
    assert not selectors.atrasados(None, depois).exists()
    assert Evento.objects.filter(acao="conferencia.diferenca_aceita").count() == 1
    OperacaoPdv.objects.get(id_operacao=1).delete()
    recalcular_tocados()
    linha.refresh_from_db()
    assert (linha.aceita_por, linha.aceita_em) == ("", None)
    assert selectors.atrasados(None, depois).count() == 1


def _ocultos(pagina: str) -> list[tuple[str, str]]:
    return re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', pagina)


def test_csv_abre_no_excel_e_nada_nele_e_formula(elenco: Elenco, ana: User) -> None:
    PontoVenda.objects.filter(pk=elenco.pdv.pk).update(nome='=HYPERLINK("http://x")')
    com_diferenca(elenco.pdv)
    resposta = entrar(ana).get(f"{LISTA}exportar/csv/?situacao=3")
    bruto = b"".join(resposta)
    assert bruto.startswith(b"\xef\xbb\xbf")
    titulos, linha = csv.reader(io.StringIO(bruto.decode("utf-8-sig")), delimiter=";")
    lida = dict(zip(titulos, linha, strict=True))
    assert tuple(titulos) == TITULOS
    assert (lida["Dia"], lida["Valor no PDV"], lida["Números que faltam"]) == ("10/03/2026", "35,00", "2")
    assert lida["Nome do PDV"] == '\'=HYPERLINK("http://x")'
    assert "text/csv" in resposta["Content-Type"] and "attachment" in resposta["Content-Disposition"]


def test_xlsx_tem_numeros_datas_e_nenhuma_formula(elenco: Elenco, ana: User) -> None:
    PontoVenda.objects.filter(pk=elenco.pdv.pk).update(nome="=1+1")
    com_diferenca(elenco.pdv)
    resposta = entrar(ana).get(f"{LISTA}exportar/xlsx/")
    folha = load_workbook(io.BytesIO(resposta.content)).active
    linha = dict(zip(TITULOS, next(folha.iter_rows(min_row=2)), strict=True))
    assert linha["Nome do PDV"].data_type == "s" and linha["Nome do PDV"].value == "'=1+1"
    assert D(str(linha["Valor no PDV"].value)) == D("35.00")
    assert linha["Dia"].is_date


def test_exporta_o_que_o_filtro_mostra(elenco: Elenco, ana: User) -> None:
    com_diferenca(elenco.pdv)
    cliente = entrar(ana)
    for filtro, linhas in (("situacao=1", 1), ("situacao=abertos", 2), ("situacao=atrasados", 2), ("quando=hoje", 1)):
        resposta = cliente.get(f"{LISTA}exportar/csv/?{filtro}")
        assert len(b"".join(resposta).decode().splitlines()) == linhas, filtro
        evento = Evento.objects.filter(acao="conferencia.exportada").latest("em", "pk")
        assert (evento.ator, evento.depois) == (ana.username, {"formato": "csv", "filtros": filtro})
    assert Evento.objects.filter(acao="conferencia.exportada").count() == 4


def test_o_que_nao_cabe_na_planilha_e_recusado_e_nao_cortado(
    elenco: Elenco, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    com_diferenca(elenco.pdv)
    monkeypatch.setattr("pdv.conferencia.exportacao.LINHAS_MAXIMO", 0)
    resposta = entrar(ana).get(f"{LISTA}exportar/csv/?situacao=3", follow=True)
    assert resposta.redirect_chain == [(f"{LISTA}?situacao=3", 302)]
    assert "O filtro mostra mais de 0 dias: filtre mais e exporte." in resposta.content.decode()


def test_filtros_ruins_nao_derrubam_a_lista(elenco: Elenco, ana: User) -> None:
    cliente = entrar(ana)
    for filtro in ("situacao=x", "dia_from=ontem&dia_to=99/99/9999", "quando=%00", "ponto_venda_id=abc"):
        assert cliente.get(f"{LISTA}?{filtro}", follow=True).status_code == 200, filtro


def test_pedir_de_novo_manda_ao_pdv_so_o_que_ele_diz_ter_enviado(elenco: Elenco, ana: User) -> None:
    linha = com_diferenca(elenco.pdv)
    cliente, url = entrar(ana), f"{LISTA}{linha.pk}/pedir/"
    for _ in range(2):  # asked twice, one command stands
        campos = dict(_ocultos(cliente.get(url).content.decode()))
        cliente.post(url, campos | {"motivo": "Sumiu no caminho"})
    comando = Comando.objects.get(situacao=Comando.Situacao.PENDENTE)
    assert (comando.id_operacao, comando.instalacao, comando.pedido_por) == (2, INSTALACAO, "ana")
    venda(elenco.pdv, 2, "20.00")
    with pytest.raises(PedidoRecusado):
        pedir_as_que_faltam(linha=conferir(elenco.pdv), motivo="de novo", usuario=ana)
