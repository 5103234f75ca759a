"""HTTP in, ledgers out: a sale and its note from the package of the till to stock, money and fiscal documents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.estoque.models import Movimento
from erp.financeiro.models import SaldoConta, Titulo
from erp.fiscal.models import AvisoFiscal, DocumentoFiscal, XmlFiscal
from pdv.processamento.atos.services import reprocessar
from pdv.processamento.models import Alvo, Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import NotaFiscal, OperacaoPdv
from pdv.terminal.nfce import ItemDaNota, NotaGerada, NotaParaGerar, PagamentoDaNota, gerar_nfce
from pdv.terminal.nfce.nota import BRASILIA
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import Elenco, montar_elenco
from tests.pdv.fabricas import em_json, nova_nota, nova_operacao, novo_finalizador, novo_item, novo_pacote

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


class Caixa:
    """A till that posts packages."""

    def __init__(self, elenco: Elenco, client: Client) -> None:
        self.client = client
        pdv = elenco.pdv.pk
        self.chave = criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=pdv, ator=ATOR_SISTEMA)[1]

    def enviar(self, *operacoes: Any, notas: Any = ()) -> dict[str, Any]:
        resposta = self.client.post(
            "/api/pdv/v1/replicacao", em_json(novo_pacote(*operacoes, notas=notas)), content_type="application/json",
            headers={"Authorization": f"Api-Key {self.chave}"},
        )  # fmt: skip
        assert resposta.status_code == 200, resposta.content
        return resposta.json()  # type: ignore[no-any-return]  # a dict by the contract


@pytest.fixture
def caixa(elenco: Elenco, client: Client) -> Caixa:
    return Caixa(elenco, client)


def venda(numero: int, **campos: Any) -> dict[str, Any]:
    """2 x café at 10,00 and 1 x arroz at 20,00: 40,00, paid 15,00 in cash (troco 5,00) and 30,00 by card in two."""
    itens = [novo_item(1, "2", "10.00", id_produto=101), novo_item(2, "1", "20.00", id_produto=102)]
    pagamentos = [
        novo_finalizador(1, "15.00", 1, valor_troco="5.00"),
        novo_finalizador(2, "30.00", 3, parcela=2, nsu="123"),
    ]
    return nova_operacao(numero, itens=itens, finalizadores=pagamentos, **campos)


def nfce(numero: int, unitario: str = "10.00", **campos: Any) -> NotaGerada:
    itens = (ItemDaNota("101", "CAFE", D(2), D(unitario)), ItemDaNota("102", "ARROZ", D(1), D("20.00")))
    total = sum((i.liquido for i in itens), D(0))
    pagamentos = (PagamentoDaNota("01", total + 5),)
    return gerar_nfce(
        NotaParaGerar(
            "35", "11222333000181", "LOJA", 1, numero, datetime(2026, 7, 1, 10, 1, tzinfo=BRASILIA), itens, pagamentos,
            cnf="87654321", troco=D(5), protocolo="135260000000001", **campos,
        )
    )  # fmt: skip


def nota(numero: int, gerada: NotaGerada, **campos: Any) -> dict[str, Any]:
    return nova_nota(numero) | {"chave": gerada.chave, "xml": gerada.xml, "valor_total": str(gerada.total)} | campos


def test_venda_e_nota_chegam_aos_tres_razoes(elenco: Elenco, caixa: Caixa) -> None:
    gerada = nfce(1)
    resposta = caixa.enviar(venda(1), notas=[nota(1, gerada)])
    assert [x["resultado"] for x in resposta["operacoes"] + resposta["notas"]] == ["criada", "criada"]
    assert not Movimento.objects.exists()  # receiving only stores
    assert drenar_tudo().efetuadas == 2
    assert sorted(Movimento.objects.values_list("produto__codigo", "quantidade")) == [(101, D(-2)), (102, D(-1))]
    assert SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor == D("10.00")  # 15 - 5
    assert sorted(Titulo.objects.values_list("sentido", "valor")) == [
        ("P", D("0.90")),  # 2,99% of 30,00 = 0,897
        ("R", D("15.00")),
        ("R", D("15.00")),
    ]
    documento = DocumentoFiscal.objects.get()
    assert (documento.situacao, documento.valor_total, documento.geracao) == ("autorizada", D("40.00"), 1)
    assert XmlFiscal.objects.get(documento=documento).xml == gerada.xml
    assert [i["cfop"] for i in documento.conteudo["itens"]] == ["5102", "5102"]
    assert not AvisoFiscal.objects.exists()
    verificar_tudo()


def test_pacote_repetido_nao_movimenta_duas_vezes(elenco: Elenco, caixa: Caixa) -> None:
    pacote = (venda(1), venda(2))
    for _ in range(3):
        caixa.enviar(*pacote)
        drenar_tudo()
    assert Movimento.objects.count() == 4
    assert Geracao.objects.count() == 2
    assert SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor == D("20.00")
    verificar_tudo()


def test_venda_sem_nota_entra_e_nota_sem_venda_tambem(elenco: Elenco, caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[nota(9, nfce(9), id_operacao=None)])
    assert drenar_tudo().efetuadas == 2
    assert OperacaoPdv.objects.get().situacao_replicacao == NotaFiscal.objects.get().situacao_replicacao == 9
    verificar_tudo()


def test_nota_que_diz_outro_valor_entra_e_avisa_com_os_dois_valores(elenco: Elenco, caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[nota(1, nfce(1, unitario="10.50"))])
    drenar_tudo()
    assert DocumentoFiscal.objects.get().valor_total == D("41.00")  # as the law has it
    avisos = list(AvisoFiscal.objects.order_by("id").values_list("codigo", "mensagem", "grave"))
    assert avisos == [
        ("NOTA_DIVERGE", "total da nota 41,00, total da venda 40,00", True),
        ("NOTA_DIVERGE", "item 1: 21,00 na nota, 20,00 na venda", True),
    ]


def test_nota_que_chega_antes_da_venda_e_comparada_quando_ela_chega(elenco: Elenco, caixa: Caixa) -> None:
    caixa.enviar(notas=[nota(1, nfce(1, unitario="10.50"))])
    drenar_tudo()
    assert not AvisoFiscal.objects.exists()
    caixa.enviar(venda(1))
    drenar_tudo()
    assert AvisoFiscal.objects.filter(codigo="NOTA_DIVERGE").count() == 2
    with connection.cursor() as cursor:
        cursor.execute("UPDATE hiperpdv_operacao_pdv SET situacao_replicacao = 1")
    drenar_tudo()
    assert AvisoFiscal.objects.count() == 2  # said once


def test_diferenca_de_um_centavo_no_item_e_so_um_aviso(elenco: Elenco, caixa: Caixa) -> None:
    itens = [
        novo_item(1, "2", "10.00", id_produto=101, valor_total_liquido="20.01"),
        novo_item(2, "1", "20.00", id_produto=102, valor_total_liquido="19.99"),
    ]
    caixa.enviar(venda(1) | {"itens": itens}, notas=[nota(1, nfce(1))])
    drenar_tudo()
    assert set(AvisoFiscal.objects.values_list("codigo", "grave")) == {("ITEM_DIFERE_CENTAVO", False)}


def test_nota_que_muda_depois_de_lancada_faz_a_geracao_seguinte(elenco: Elenco, caixa: Caixa) -> None:
    gerada = nfce(1)
    caixa.enviar(venda(1), notas=[nota(1, gerada)])
    drenar_tudo()
    autorizada = nota(1, gerada, xml=gerada.xml.replace("135260000000001", "135260000000009"))
    resposta = caixa.enviar(notas=[autorizada])
    assert resposta["notas"][0]["resultado"] == "atualizada"
    drenar_tudo()
    documentos = list(DocumentoFiscal.objects.order_by("id").values_list("geracao", "valor_total", "protocolo"))
    assert documentos == [
        (1, D("40.00"), "135260000000001"),
        (1, D("-40.00"), "135260000000001"),
        (2, D("40.00"), "135260000000009"),
    ]
    verificar_tudo()


def test_xml_ilegivel_e_chave_trocada_esperam_uma_pessoa(elenco: Elenco, caixa: Caixa) -> None:
    outra = nfce(3)
    caixa.enviar(notas=[nota(1, nfce(1), xml="<nfeProc><NFe>"), nota(2, nfce(2), xml=outra.xml)])
    assert drenar_tudo().com_erro == 2
    assert sorted(NotaFiscal.objects.values_list("numero", "erro_codigo")) == [
        (1, "XML_ILEGIVEL"),
        (2, "CHAVE_DIVERGENTE"),
    ]
    assert not DocumentoFiscal.objects.exists()


def test_chave_com_dv_errado_entra_com_aviso(elenco: Elenco, caixa: Caixa) -> None:
    gerada = nfce(1)
    torta = gerada.chave[:43] + str((int(gerada.chave[43]) + 1) % 10)
    caixa.enviar(notas=[nota(1, gerada, chave=torta, xml=gerada.xml.replace(gerada.chave, torta))])
    assert drenar_tudo().efetuadas == 1
    assert "CHAVE_DV_INVALIDO" in AvisoFiscal.objects.values_list("codigo", flat=True)


def test_reprocessar_nota_estorna_o_documento_e_lanca_outro(elenco: Elenco, caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[nota(1, nfce(1))])
    drenar_tudo()
    linha = NotaFiscal.objects.get()
    reprocessar(alvo=Alvo.NOTA, ids=[linha.pk], motivo="conferência", usuario=elenco.ana)
    assert drenar_tudo().efetuadas == 1
    assert sum(DocumentoFiscal.objects.values_list("valor_total", flat=True)) == D("40.00")
    assert sorted(DocumentoFiscal.objects.values_list("geracao", flat=True)) == [1, 1, 2]
    verificar_tudo()
