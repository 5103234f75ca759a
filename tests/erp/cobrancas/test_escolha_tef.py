"""A line's sale chosen by a person, and undone; and what a stranger tried on the files of acquirers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]  # it has no types

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, Devolucao, LayoutTef, LinhaTef, TefEvento
from erp.cobrancas.services import tef
from erp.cobrancas.services.casamento_tef import casar_pendentes
from erp.cobrancas.services.escolha_tef import MOSTRADAS, candidatas, desfazer, escolher
from erp.cobrancas.tef.arquivo import ler_arquivo
from erp.cobrancas.tef.falso import TefFalso
from erp.cobrancas.tef.porta import porta_tef
from erp.financeiro.models import Titulo
from tests.erp.cobrancas.elenco import entrou
from tests.erp.cobrancas.test_tef import aberto, importar, layout, linha, rodar, venda
from tests.erp.elenco import agora, empresa, estornar_titulo, filial, hoje, navegador, pessoa
from tests.invariantes import verificar_tudo

__all__ = ["layout"]  # a fixture
pytestmark = pytest.mark.django_db
Estado, Situacao = TefEvento.Estado, LinhaTef.Situacao


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Iterator[None]:
    empresa()
    yield
    verificar_tudo()


def escolher_por(quem: str, da_linha: LinhaTef, do_titulo: Titulo) -> Cobranca:
    evento = TefEvento.objects.get(titulo=do_titulo)
    return escolher(linha_id=da_linha.pk, evento_id=evento.pk, motivo="confere com o extrato", usuario=pessoa(quem, 1))


def ambigua(layout: LayoutTef) -> tuple[Titulo, Titulo, LinhaTef]:
    um, outro = venda(layout, taxa="2.50"), venda(layout)
    importar(layout, linha())
    rodar()
    return um, outro, LinhaTef.objects.get()


def test_linha_com_duas_vendas_se_escolhe_a_mao_e_fica_na_auditoria(layout: LayoutTef) -> None:
    um, outro, qual = ambigua(layout)
    assert qual.situacao == Situacao.AMBIGUA
    assert [v.titulo_id for v in candidatas(qual, pessoa("financeiro", 1))] == [um.pk, outro.pk]
    escolher_por("financeiro", qual, um)
    qual.refresh_from_db()
    assert (qual.situacao, qual.escolhida_por, qual.motivo) == (
        Situacao.CASADA,
        "usuario:caio",
        "confere com o extrato",
    )
    assert (aberto(um), aberto(outro), entrou()) == (D(0), D(100), D("97.50"))
    feito = Evento.objects.get(acao="cobrancas.linha_tef_escolhida")
    assert feito.motivo == "confere com o extrato" and feito.objeto_id == str(qual.pk)


def test_escolher_de_novo_ou_a_mesma_venda_em_outra_linha_e_recusado(layout: LayoutTef) -> None:
    um, outro, qual = ambigua(layout)
    escolher_por("financeiro", qual, um)
    with pytest.raises(ErroDefinitivo, match="já pagou uma venda"):
        escolher_por("financeiro", qual, outro)
    importar(layout, linha(), linha(nsu="888", aut="zz"))
    with pytest.raises(ErroDefinitivo, match="já foi paga por outra"):
        escolher_por("financeiro", LinhaTef.objects.get(nsu="888"), um)
    assert entrou() == D("97.50")


def test_desfazer_devolve_tudo_e_a_linha_nao_casa_sozinha_de_novo(layout: LayoutTef) -> None:
    um, outro, qual = ambigua(layout)
    da_taxa = Titulo.objects.get(sentido="P")
    escolher_por("financeiro", qual, um)
    desfazer(linha_id=qual.pk, motivo="era a outra", usuario=pessoa("financeiro", 1))
    assert (aberto(um), aberto(da_taxa), entrou()) == (D(100), D("2.50"), D(0))
    assert Devolucao.objects.get().taxa == D("2.50") and not AlarmeCobranca.objects.filter(visto_em=None).exists()
    with pytest.raises(ErroDefinitivo, match="não pagou"):
        desfazer(linha_id=qual.pk, motivo="era a outra", usuario=pessoa("financeiro", 1))
    rodar()
    qual.refresh_from_db()
    assert qual.situacao == Situacao.RECUSADA and "era a outra" in qual.problema
    escolher_por("financeiro", qual, outro)
    assert (aberto(um), aberto(outro), entrou()) == (D(100), D(0), D("97.50"))
    desfazer(linha_id=qual.pk, motivo="era a primeira", usuario=pessoa("financeiro", 1))
    escolher_por("financeiro", qual, um)  # the same sale for the second time
    assert (aberto(um), aberto(da_taxa), entrou()) == (D(0), D(0), D("97.50"))
    assert Cobranca.objects.filter(titulo=um).count() == 2


def test_casada_sozinha_tambem_se_desfaz_e_outro_arquivo_paga_a_venda(layout: LayoutTef) -> None:
    um = venda(layout)
    importar(layout, linha())
    rodar()
    desfazer(linha_id=LinhaTef.objects.get().pk, motivo="arquivo errado", usuario=pessoa("financeiro", 1))
    evento = TefEvento.objects.get()
    assert (evento.estado, evento.liquidado_em, evento.cobranca) == (Estado.PENDENTE, None, None)
    importar(layout, linha(taxa="3,00"))
    rodar()
    assert (aberto(um), entrou()) == (D(0), D(97))


@pytest.mark.parametrize(
    ("valor", "motivo"), [("-100,00", "estorno ou ajuste"), ("100,06", "do título há 100,00")],
)  # fmt: skip
def test_o_que_nao_se_escolhe(layout: LayoutTef, valor: str, motivo: str) -> None:
    um = venda(layout, nsu="1", aut="x")
    importar(layout, linha(nsu="2", valor=valor))
    tef.coletar()
    with pytest.raises(ErroDefinitivo, match=motivo):
        escolher_por("financeiro", LinhaTef.objects.get(), um)
    assert entrou() == D(0)


def test_centavo_do_parcelamento_e_pagamento_em_parte_se_escolhem(layout: LayoutTef) -> None:
    um, outro = venda(layout, "33.33", nsu="1", aut="x"), venda(layout, "80.00", nsu="2", aut="y")
    importar(layout, linha(valor="33,34", nsu="1", aut="x"), linha(valor="50,00", nsu="2", aut="y"))
    rodar()
    centavo, parte = LinhaTef.objects.order_by("pk")
    assert [v.titulo_id for v in candidatas(parte, pessoa("financeiro", 1))] == [outro.pk]
    escolher_por("financeiro", centavo, um), escolher_por("financeiro", parte, outro)
    assert (aberto(um), aberto(outro)) == (D(0), D(30))
    assert AlarmeCobranca.objects.filter(texto__contains="faltam 30,00").exists()


def test_venda_de_outra_filial_nao_se_ve_nem_se_escolhe(layout: LayoutTef) -> None:
    um = venda(layout, filial_id=filial(2).pk)
    importar(layout, linha(nsu="9", aut="q"))
    tef.coletar()
    qual = LinhaTef.objects.get()
    assert candidatas(qual, pessoa("financeiro", 1)) == []
    with pytest.raises(ErroDefinitivo, match="filial sua"):
        escolher_por("financeiro", qual, um)


def test_pagina_escolhe_com_motivo_uma_vez_e_desfaz(layout: LayoutTef) -> None:
    um, outro, qual = ambigua(layout)
    cliente = navegador("financeiro", 1)
    pagina = f"/admin/cobrancas/linhatef/{qual.pk}/change/"
    assert "Escolher a venda" in cliente.get(pagina).content.decode()
    acao = f"/admin/cobrancas/linhatef/{qual.pk}/escolher/"
    resposta: Any = cliente.get(acao)
    html = resposta.content.decode()
    assert html.count('type="radio"') == 2 and 'form="confirmacao"' in html
    dados = {"token": resposta.context["token"], "motivo": "confere com o extrato"}
    assert "Escolha a venda que esta linha paga." in cliente.post(acao, dados).content.decode()
    dados |= {"venda": TefEvento.objects.get(titulo=outro).pk}
    assert "Venda liquidada" in cliente.post(acao, dados, follow=True).content.decode()
    assert "já tinha sido enviada" in cliente.post(acao, dados, follow=True).content.decode()
    assert (aberto(um), aberto(outro)) == (D(100), D(0))
    html = cliente.get(pagina).content.decode()
    assert "Desfazer a liquidação" in html and "(caio): confere com o extrato" in html
    auditor = navegador("auditor", 1)
    assert auditor.get(acao).status_code == 403 and "Escolher" not in auditor.get(pagina).content.decode()


def test_pagamento_previsto_para_depois_espera_o_dia(layout: LayoutTef) -> None:
    um = venda(layout)
    depois = hoje() + timedelta(days=10)
    importar(layout, linha().replace(f"{hoje():%d/%m/%Y}", f"{depois:%d/%m/%Y}"))
    rodar()
    assert (aberto(um), LinhaTef.objects.get().situacao) == (D(100), Situacao.SEM_PAR)
    with pytest.raises(ErroDefinitivo, match="só paga em"):
        escolher_por("financeiro", LinhaTef.objects.get(), um)


def test_a_mesma_linha_noutro_arquivo_diz_que_e_repetida(layout: LayoutTef) -> None:
    venda(layout)
    importar(layout, linha())
    rodar()
    importar(layout, linha(), linha(nsu="777", aut="ZZ"))
    rodar()
    repetida = LinhaTef.objects.order_by("pk")[1]
    assert repetida.situacao == Situacao.RECUSADA
    assert repetida.problema == "repetida: a linha 2 de rede.csv já pagou esta venda"
    assert LinhaTef.objects.get(nsu="777").situacao == Situacao.SEM_PAR


def test_a_mesma_linha_noutro_arquivo_nao_paga_outra_venda_do_mesmo_nsu(layout: LayoutTef) -> None:
    venda(layout)
    outra = venda(layout, aut="B9")  # of another till: numbers repeat
    importar(layout, linha())
    rodar()
    importar(layout, linha(), linha(nsu="777", aut="ZZ"))
    rodar()
    assert (aberto(outra), entrou()) == (D(100), D("97.50"))
    assert LinhaTef.objects.order_by("pk")[1].situacao == Situacao.RECUSADA


def test_a_mesma_linha_noutro_arquivo_nao_refaz_o_que_uma_pessoa_desfez_e_trocou(layout: LayoutTef) -> None:
    um, outro = venda(layout), venda(layout, nsu="9", aut="Z9")
    importar(layout, linha())
    rodar()
    qual = LinhaTef.objects.get()
    desfazer(linha_id=qual.pk, motivo="era a outra", usuario=pessoa("financeiro", 1))
    escolher_por("financeiro", qual, outro)
    importar(layout, linha(), linha(nsu="777", aut="ZZ"))
    rodar()
    assert (aberto(um), aberto(outro), entrou()) == (D(100), D(0), D("97.50"))


def test_a_mesma_linha_de_dois_arquivos_nao_se_escolhe_para_duas_vendas(layout: LayoutTef) -> None:
    um, outro, qual = ambigua(layout)
    importar(layout, linha(), linha(nsu="777", aut="ZZ"))
    rodar()
    de_novo = LinhaTef.objects.order_by("pk")[1]
    assert de_novo.situacao == Situacao.AMBIGUA
    escolher_por("financeiro", qual, um)
    with pytest.raises(ErroDefinitivo, match="mesma linha 2 de rede"):
        escolher_por("financeiro", de_novo, outro)
    assert (aberto(outro), entrou()) == (D(100), D("97.50"))


def test_vendas_canceladas_nao_escondem_a_que_se_pode_escolher(layout: LayoutTef) -> None:
    um = venda(layout, nsu="8", aut="Q8")
    importar(layout, linha())
    tef.coletar()
    da_venda = TefEvento.objects.get()
    for n in range(1, MOSTRADAS + 1):  # of the line's own NSU: the first in the list
        da_venda.pk, da_venda.titulo_id, da_venda.nsu, da_venda.estado = None, um.pk + n, "123", Estado.CANCELADA
        da_venda.save(force_insert=True)
    achadas = candidatas(LinhaTef.objects.get(), pessoa("financeiro", 1))
    TefEvento.objects.filter(estado=Estado.CANCELADA).delete()
    assert [v.titulo_id for v in achadas] == [um.pk]


def test_linhas_de_venda_nenhuma_nao_prendem_as_que_vem_depois(layout: LayoutTef) -> None:
    um = venda(layout)
    importar(layout, linha(nsu="901", aut="X1"), linha(nsu="902", aut="X2"), linha())
    tef.coletar()
    casar_pendentes(limite=2)
    assert aberto(um) == D(0)


def test_desfeita_a_liquidacao_de_venda_cancelada_depois_dela_fica_cancelada(layout: LayoutTef) -> None:
    um = venda(layout)
    importar(layout, linha())
    rodar()
    estornar_titulo(um)
    desfazer(linha_id=LinhaTef.objects.get().pk, motivo="era a outra", usuario=pessoa("financeiro", 1))
    assert TefEvento.objects.get().estado == Estado.CANCELADA  # who collects looks only at the last titles


def test_venda_dita_desfeita_que_a_adquirente_pagou_baixa_e_alarma(layout: LayoutTef, settings: Any) -> None:
    um = venda(layout)
    with TefFalso() as falso:
        settings.TEF_URL, settings.TEF_TOKEN = falso.ajustes().values()
        falso.estados["123"] = "desfeita"
        rodar()
    assert TefEvento.objects.get().estado == Estado.DESFEITA
    importar(layout, linha())
    casar_pendentes()
    assert (aberto(um), TefEvento.objects.get().estado) == (D(0), Estado.CONFIRMADA)
    assert AlarmeCobranca.objects.get().texto == "a venda em cartão estava desfeita, e a adquirente pagou"


def test_venda_cancelada_aqui_que_a_adquirente_paga_diz_por_que_nao_se_lanca(layout: LayoutTef) -> None:
    um = venda(layout)
    tef.coletar()
    estornar_titulo(um)
    tef.coletar()
    importar(layout, linha())
    casar_pendentes()
    assert LinhaTef.objects.get().problema == "o título já foi baixado ou estornado"


def test_venda_que_o_tef_nao_conhece_nao_prende_as_outras(layout: LayoutTef, settings: Any) -> None:
    velha = venda(layout, nsu="1", ocorrido_em=agora() - timedelta(days=3))
    nova = venda(layout, nsu="2")
    tef.coletar()
    with TefFalso() as falso:
        settings.TEF_URL, settings.TEF_TOKEN = falso.ajustes().values()
        falso.estados["1"] = ""
        porta = porta_tef()
        assert porta is not None
        for _ in range(2):
            tef.consultar(porta, limite=1)
    estados = dict(TefEvento.objects.values_list("titulo", "estado"))
    assert estados == {velha.pk: Estado.PENDENTE, nova.pk: Estado.CONFIRMADA}


def test_linhas_que_nao_se_entendem_ficam_a_vista(layout: LayoutTef) -> None:
    arquivo = importar(layout, linha(), "ilegível;;;;;;")
    assert arquivo.recusadas == 1
    pagina = navegador("financeiro", 1).get(f"/admin/cobrancas/arquivotef/{arquivo.pk}/change/").content.decode()
    assert "linha 3: falta data, pagamento, valor" in pagina and "sem par: 1" in pagina


COLUNAS = {
    "nsu": "n",
    "data": "d",
    "pagamento": "p",
    "valor": "v",
    "liquido": "l",
    "parcela": "q",
    "autorizacao": "",
    "taxa": "",
}


def test_planilha_com_datas_horas_e_numeros_de_verdade() -> None:
    folha = Workbook()
    folha.active.append(["n", "d", "p", "v", "l", "q"])
    venda_em, pago_em, parcela = map(datetime.fromisoformat, ("2026-11-01T14:35:10", "2026-12-01", "2026-03-01"))
    folha.active.append([123.0, venda_em, pago_em, 1234.5, 1200.1, parcela])
    conteudo = io.BytesIO()
    folha.save(conteudo)
    (lida,), recusas = ler_arquivo(conteudo.getvalue(), COLUNAS)
    assert recusas == [] and (lida.nsu, f"{lida.dia}", f"{lida.pago_em}") == ("123", "2026-11-01", "2026-12-01")
    assert (lida.valor, lida.taxa, lida.parcela) == (D("1234.50"), D("34.40"), None)


@pytest.mark.parametrize(
    ("celulas", "esperado"),
    [
        ("1;01/11/2026 09:05;02/12/2026;10,00;9,75;1/3", (D(10), D("0.25"), 1)),
        ("1;2026-11-01T09:05:00;02/12/2026;1.010,00;1.000,00;02 de 03", (D(1010), D(10), 2)),
        ("1;01/11/2026;02/12/2026;-10,00;-9,75;à vista", (D(-10), D("0.25"), None)),
        ("1;01/11/2026;02/12/2026;R$ 10,00;R$ 10,00;3", (D(10), D(0), 3)),
    ],
)  # fmt: skip
def test_jeitos_de_escrever(celulas: str, esperado: tuple[D, D, int | None]) -> None:
    for codificacao in ("utf-8", "utf-8-sig", "cp1252"):
        (lida,), recusas = ler_arquivo(f"n;d;p;v;l;q\n{celulas}\n".encode(codificacao), COLUNAS)
        assert recusas == [] and (lida.valor, lida.taxa, lida.parcela) == esperado


def test_vendas_se_acham_pelo_nsu_e_pela_autorizacao(layout: LayoutTef) -> None:
    venda(layout, nsu="000123", aut="A1"), venda(layout, nsu="456", aut="B2")
    tef.coletar()
    cliente = navegador("financeiro", 1)
    for termo in ("00123", "a1"):
        html = cliente.get(f"/admin/cobrancas/tefevento/?q={termo}").content.decode()
        assert ">123<" in html and ">456<" not in html
