"""Card sales: collected from the ledger, settled by acquirers' files, asked about by NSU, and alarmed when nobody says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.models import Adquirente
from erp.cobrancas.models import AlarmeCobranca, ArquivoTef, Cobranca, LayoutTef, LinhaTef, TefEvento
from erp.cobrancas.rotinas import processar_tef
from erp.cobrancas.services import tef
from erp.cobrancas.services.casamento_tef import casar_pendentes
from erp.cobrancas.tef.arquivo import LinhaLida, ler_arquivo
from erp.cobrancas.tef.casamento import Venda, casar
from erp.cobrancas.tef.falso import TefFalso
from erp.financeiro.models import Titulo
from erp.financeiro.selectors import abertos_de
from erp.rotinas.contexto import Contexto
from tests.erp.cobrancas.elenco import entrou
from tests.erp.elenco import agora, conta, empresa, estornar_titulo, hoje, navegador, pessoa, titulo
from tests.erp.jazigos.elenco import Execucao
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
CABECALHO = "NSU;Autorização;Data da venda;Data do pagamento;Parcela;Valor bruto;Taxa"
Estado, Situacao = TefEvento.Estado, LinhaTef.Situacao


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Iterator[None]:
    empresa()
    yield
    verificar_tudo()


@pytest.fixture
def layout() -> LayoutTef:
    return LayoutTef.objects.create(
        nome="Rede", adquirente=Adquirente.objects.get_or_create(nome="Rede")[0], conta=conta(), coluna_nsu="nsu",
        coluna_autorizacao="autorizacao", coluna_data="data da venda", coluna_pagamento="data do pagamento",
        coluna_valor="valor bruto", coluna_taxa="taxa", coluna_parcela="parcela",
    )  # fmt: skip


def venda(
    layout: LayoutTef, valor: str = "100.00", nsu: str = "000123", aut: str = "A1", taxa: str = "", **campos: Any
) -> Titulo:
    """As a till's sale makes it: the receivable of the acquirer, and its fee to be paid."""
    feito = titulo(
        valor, especie="cartao", adquirente_id=layout.adquirente_id, nsu=nsu, autorizacao=aut, codigo_cliente="",
        cpf_cnpj="", emissao=hoje() - timedelta(days=2), **campos,
    )  # fmt: skip
    if taxa:
        da_taxa = Titulo.objects.get(pk=feito.pk)
        da_taxa.pk, da_taxa.sentido, da_taxa.valor, da_taxa.sequencia = None, "P", D(taxa), 90
        da_taxa.save(force_insert=True)
    return feito


def linha(valor: str = "100,00", nsu: str = "123", aut: str = "a1", taxa: str = "2,50", dia: date | None = None) -> str:
    dia = dia or hoje() - timedelta(days=2)
    return f"{nsu};{aut};{dia:%d/%m/%Y};{hoje():%d/%m/%Y};1/1;{valor};{taxa}"


def importar(layout: LayoutTef, *linhas: str) -> ArquivoTef:
    conteudo = "\n".join([CABECALHO, *linhas]).encode()
    return tef.importar(layout=layout, nome="rede.csv", conteudo=conteudo, usuario=pessoa("financeiro", 1))[0]


def rodar() -> Execucao:
    execucao = Execucao(hoje())
    processar_tef(cast(Contexto, execucao))
    return execucao


def aberto(alvo: Titulo) -> D:
    return abertos_de([alvo.pk])[alvo.pk]


def test_venda_do_pdv_e_recolhida_uma_vez_e_a_estornada_e_cancelada(layout: LayoutTef) -> None:
    vendida, desfeita = venda(layout), venda(layout, nsu="9")
    titulo("10.00")  # of no card
    assert [tef.coletar(), tef.coletar()] == [2, 0]
    assert TefEvento.objects.get(titulo=vendida).nsu == "123"
    estornar_titulo(desfeita)
    tef.coletar()
    assert TefEvento.objects.get(titulo=desfeita).estado == Estado.CANCELADA


def test_arquivo_liquida_o_titulo_com_a_taxa_e_uma_vez(layout: LayoutTef) -> None:
    vendida = venda(layout, taxa="2.50")
    da_taxa = Titulo.objects.get(sentido="P")
    importar(layout, linha())
    assert rodar().contagens["vendas liquidadas"] == 1
    rodar()
    evento = TefEvento.objects.get()
    assert (aberto(vendida), aberto(da_taxa), entrou()) == (D(0), D(0), D("97.50"))
    assert (evento.estado, evento.linha.criterio) == (Estado.CONFIRMADA, "autorização, adquirente, valor e dia")
    assert Cobranca.objects.get().tipo == "tef" and not AlarmeCobranca.objects.exists()


def test_taxa_acima_do_combinado_alarma_e_o_dinheiro_fecha(layout: LayoutTef) -> None:
    vendida = venda(layout, taxa="2.00")
    importar(layout, linha(taxa="3,10"))
    rodar()
    assert (aberto(vendida), entrou()) == (D(0), D("96.90"))
    assert AlarmeCobranca.objects.get().texto == "taxa de 3,10, e pelo combinado restavam 2,00"


def test_arquivo_que_chega_antes_da_venda_casa_depois(layout: LayoutTef) -> None:
    importar(layout, linha())
    assert rodar().contagens["vendas liquidadas"] == 0
    vendida = venda(layout)
    assert rodar().contagens["vendas liquidadas"] == 1
    assert aberto(vendida) == D(0)


def test_mesmo_arquivo_de_novo_e_recusado_e_outro_com_a_mesma_linha_nao_liquida(layout: LayoutTef) -> None:
    venda(layout)
    importar(layout, linha())
    with pytest.raises(ErroDefinitivo, match="já foi importado"):
        importar(layout, linha())
    rodar()
    importar(layout, linha(), linha(nsu="777", aut="ZZ"))
    rodar()
    situacoes = sorted(LinhaTef.objects.values_list("situacao", flat=True))
    assert entrou() == D("97.50") and situacoes == [Situacao.SEM_PAR, Situacao.CASADA, Situacao.RECUSADA]


def test_duas_vendas_que_servem_nao_se_escolhem(layout: LayoutTef) -> None:
    venda(layout), venda(layout)
    importar(layout, linha())
    rodar()
    assert LinhaTef.objects.get().situacao == Situacao.AMBIGUA and entrou() == D(0)


def test_titulo_ja_baixado_e_estorno_da_adquirente_nao_se_lancam(layout: LayoutTef) -> None:
    vendida = venda(layout)
    rodar()
    estornar_titulo(vendida)
    importar(layout, linha(), linha(valor="-100,00"))
    casar_pendentes()
    assert set(LinhaTef.objects.values_list("situacao", flat=True)) == {Situacao.RECUSADA} and entrou() == D(0)


def test_sem_confirmacao_alem_do_prazo_alarma_uma_vez(layout: LayoutTef) -> None:
    venda(layout, ocorrido_em=agora() - timedelta(days=10))
    assert [rodar().contagens["vendas sem confirmação no prazo"] for _ in range(2)] == [1, 0]
    assert "além do prazo" in TefEvento.objects.get().problema
    importar(layout, linha())
    rodar()
    assert TefEvento.objects.get().problema == ""


def test_pergunta_ao_tef_pelas_pendentes(layout: LayoutTef, settings: Any) -> None:
    um, dois, tres = (venda(layout, nsu=n, aut=n) for n in ("1", "2", "3"))
    with TefFalso() as falso:
        settings.TEF_URL, settings.TEF_TOKEN = falso.ajustes().values()
        falso.estados |= {"2": "desfeita", "3": ""}
        assert rodar().contagens["vendas confirmadas ou desfeitas"] == 2
        falso.roteiro.append("500")
        assert "HTTP 500" in rodar().falhas[0][1]
    estados = {e.titulo_id: e.estado for e in TefEvento.objects.all()}
    assert [estados[t.pk] for t in (um, dois, tres)] == [Estado.CONFIRMADA, Estado.DESFEITA, Estado.PENDENTE]
    assert "o TEF diz desfeita" in TefEvento.objects.get(titulo=dois).problema


def test_arquivo_sem_a_coluna_do_leiaute_e_recusado_inteiro(layout: LayoutTef) -> None:
    with pytest.raises(ErroDefinitivo, match="não tem a coluna autorizacao, data da venda"):
        tef.importar(layout=layout, nome="x.csv", conteudo=b"NSU;Valor bruto\n1;2\n", usuario=pessoa("financeiro", 1))
    assert not ArquivoTef.objects.exists()


def test_pagina_importa_e_mostra_o_que_casou(layout: LayoutTef) -> None:
    venda(layout)
    tef.coletar()
    cliente = navegador("financeiro", 1)
    conteudo = "\n".join([CABECALHO, linha(), linha(nsu="5", aut="x"), "ilegível;;;;;;"]).encode()
    dados = {"layout": layout.pk, "arquivo": SimpleUploadedFile("rede.csv", conteudo)}
    resposta: Any = cliente.post("/admin/cobrancas/arquivotef/add/", dados, follow=True)
    pagina = resposta.content.decode()
    assert "Importado: 3 linhas, 1 venda liquidada agora." in pagina
    assert "autorização, adquirente, valor e dia" in pagina and "Sem par" in pagina
    for nome in ("arquivotef", "tefevento", "layouttef"):
        assert cliente.get(f"/admin/cobrancas/{nome}/").status_code == 200
    assert navegador("auditor", 1).get("/admin/cobrancas/arquivotef/add/").status_code == 403


DIA = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("nsu", "aut", "valor", "dia", "adquirente", "criterio"),
    [
        ("1", "A", "10", DIA, 1, "autorização, adquirente, valor e dia"),
        ("1", "B", "10", DIA, 1, "NSU, adquirente, valor e dia"),
        ("9", "a", "10", DIA + timedelta(days=2), 1, "autorização e valor, em até 3 dias"),
        ("1", "", "10", DIA + timedelta(days=3), 1, "NSU e valor, em até 3 dias"),
        ("1", "A", "10", DIA + timedelta(days=4), 1, ""),
        ("1", "A", "11", DIA, 1, ""),
        ("1", "A", "10", DIA, 2, ""),
        ("9", "B", "10", DIA, 1, ""),
    ],
)
def test_camadas(nsu: str, aut: str, valor: str, dia: date, adquirente: int, criterio: str) -> None:
    vendida = Venda(7, 1, "1", "A", 1, D(10), DIA)
    lida = LinhaLida(2, nsu, aut.upper(), 1, D(valor), D(0), dia, dia)
    assert casar(lida, [vendida], adquirente) == ((7,) if criterio else (), criterio)


def test_taxa_pelo_liquido_e_linhas_que_nao_se_entendem() -> None:
    colunas = {
        "nsu": "n",
        "data": "d",
        "pagamento": "d",
        "valor": "v",
        "liquido": "l",
        "autorizacao": "",
        "taxa": "",
        "parcela": "",
    }
    conteudo = b"n;d;v;l\n007;01/02/2026;1.000,00;985,50\n8;ontem;1,00;1,00\n9;01/02/2026;5,00;6,00\n"
    lidas, recusas = ler_arquivo(conteudo, colunas)
    assert [(x.nsu, x.valor, x.taxa) for x in lidas] == [("7", D(1000), D("14.50"))]
    assert [r.numero for r in recusas] == [3, 4]


def test_marca_nao_perde_titulo_que_se_confirmou_depois(layout: LayoutTef) -> None:
    tef.coletar()
    venda(layout)
    assert tef.coletar() == 1
