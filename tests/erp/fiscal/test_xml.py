"""The tolerant reader: what it reads of each layout, what it notes, what it refuses, and that it never breaks."""

import csv
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from erp.fiscal.xml import TAMANHO_MAXIMO, DocumentoLido, Estado, Totais, XmlIlegivel, ler_documento
from pdv.terminal.nfce import PagamentoDaNota, chave_da_nota
from tests.erp.fiscal import documentos
from tests.erp.fiscal.notas import EMISSAO, TOTAL, nota, xml
from tests.pdv.terminal.test_nfce import so_com

D = Decimal


def codigos(documento: DocumentoLido) -> list[str]:
    return [aviso.codigo for aviso in documento.avisos]


def trocar(texto: str, *pares: tuple[str, str]) -> str:
    """Replace each text once; one that is not there would make a test that cannot fail."""
    for velho, novo in pares:
        assert velho in texto, velho
        texto = texto.replace(velho, novo, 1)
    return texto


# --- NFC-e 4.00


def test_cabecalho_de_uma_nfce_autorizada() -> None:
    lida = ler_documento(xml(consumidor="52998224725"))
    assert lida._replace(totais=Totais(), itens=(), pagamentos=()) == DocumentoLido(
        tipo="nfce",
        versao="4.00",
        chave=chave_da_nota(nota()),
        chave_dv_ok=True,
        numero=123,
        serie=1,
        modelo="65",
        tp_emis="1",
        ambiente="2",
        cnpj_emitente="11222333000181",
        nome_emitente="LOJA EXEMPLO LTDA",
        uf="SP",
        data_emissao=EMISSAO,
        documento_destinatario="52998224725",
        protocolo="135260000000123",
        cstat="100",
        data_protocolo=EMISSAO,
        situacao="autorizada",
        estados=(Estado("autorizada", "100", "135260000000123", EMISSAO),),
    )


def test_totais_e_itens_somam_o_total() -> None:
    lida = ler_documento(xml(ibscbs=True))
    # 25.00 + 29.93 + 9.99 + 8.50; IBS 0,1% and CBS 0,9% of each item's net, by item
    assert lida.totais == Totais(
        produtos=D("73.42"),
        desconto=D("2.43"),
        outras=D("0.51"),
        total=TOTAL,
        ibs=D("0.08"),
        cbs=D("0.65"),
        troco=D("10.00"),
    )
    assert [item.valor_liquido for item in lida.itens] == [D("25.00"), D("27.50"), D("9.99"), D("9.01")]
    assert [(item.ibs, item.cbs) for item in lida.itens] == [
        (D("0.03"), D("0.23")),
        (D("0.03"), D("0.25")),
        (D("0.01"), D("0.09")),
        (D("0.01"), D("0.08")),
    ]


def test_campos_do_item() -> None:
    item = ler_documento(xml()).itens[1]
    assert (item.numero, item.codigo, item.gtin, item.descricao) == (2, "1002", "", "CAFÉ & AÇÚCAR <KIT>")
    assert (item.ncm, item.cfop, item.cst, item.origem, item.unidade) == ("21069090", "5102", "102", "0", "KG")
    assert (item.quantidade, item.valor_unitario) == (D("0.75"), D("39.90"))
    assert (item.valor_produto, item.desconto, item.outras) == (D("29.93"), D("2.43"), D(0))


def test_csosn_e_gtin_de_cada_item() -> None:
    itens = ler_documento(xml()).itens
    assert [item.cst for item in itens] == ["102", "102", "500", "102"]
    assert [item.gtin for item in itens] == ["7891000100103", "", "", ""]


def test_pagamentos_com_o_grupo_card() -> None:
    dinheiro, cartao = ler_documento(xml()).pagamentos
    assert (dinheiro.tpag, dinheiro.valor, dinheiro.tp_integra) == ("01", D("40.00"), "")
    assert cartao == ("03", D("41.50"), "03", "02", "A9B8C7", "16501555000157", "1", "", "")


def test_descricao_do_pagamento_99() -> None:
    (outros,) = ler_documento(xml(**so_com(PagamentoDaNota("99", TOTAL, descricao="VALE")))).pagamentos
    assert (outros.tpag, outros.descricao) == ("99", "VALE")


ACRESCIMOS = """<det nItem="5"><prod><cProd>X</cProd><cEAN>SEM GTIN</cEAN><xProd>X</xProd><NCM>84713012</NCM><CFOP>6102</CFOP>
<uCom>UN</uCom><qCom>1</qCom><vUnCom>100</vUnCom><vProd>100.00</vProd><vFrete>10.00</vFrete><vSeg>2.00</vSeg><vDesc>5.00</vDesc>
<vOutro>1.00</vOutro><indTot>1</indTot></prod><imposto><ICMS><ICMS10><orig>2</orig><CST>10</CST><vICMSST>7.00</vICMSST>
<vFCPST>0.70</vFCPST>{deson}</ICMS10></ICMS><IPI><cEnq>999</cEnq><IPITrib><CST>50</CST><vIPI>3.00</vIPI></IPITrib></IPI>
<II><vII>4.00</vII></II></imposto><impostoDevol><IPI><vIPIDevol>0.30</vIPIDevol></IPI></impostoDevol></det>
<det nItem="6"><prod><cProd>Y</cProd><xProd>BRINDE</xProd><qCom>1</qCom><vUnCom>9</vUnCom><vProd>9.00</vProd><indTot>0</indTot>
</prod></det>"""


@pytest.mark.parametrize(
    ("desonerado", "total"),
    [
        # 100 - 5 + 10 + 2 + 1 + 7 + 0.70 + 3 + 4 + 0.30 = 123.00
        ("0.00", "123.00"),
        ("8.00", "115.00"),  # deducted
        ("8.00", "123.00"),  # not deducted: both are lawful
    ],
)
def test_acrescimos_de_uma_nota_55(desonerado: str, total: str) -> None:
    texto = xml()
    det = ACRESCIMOS.replace("{deson}", f"<vICMSDeson>{desonerado}</vICMSDeson>")
    totais = f"""<total><ICMSTot><vICMSDeson>{desonerado}</vICMSDeson><vST>7.00</vST><vFCPST>0.70</vFCPST><vProd>100.00</vProd>
    <vFrete>10.00</vFrete><vSeg>2.00</vSeg><vDesc>5.00</vDesc><vII>4.00</vII><vIPI>3.00</vIPI><vIPIDevol>0.30</vIPIDevol>
    <vOutro>1.00</vOutro><vNF>{total}</vNF></ICMSTot></total><pag><detPag><tPag>15</tPag><vPag>{total}</vPag></detPag></pag>"""
    antes, resto = texto[: texto.index("<det ")], texto[texto.index("<transp>") :]
    depois = resto[: resto.index("<pag>")] + resto[resto.index("</pag>") + 6 :]
    lida = ler_documento(antes + det + totais + depois)
    assert codigos(lida) == []
    item, brinde = lida.itens
    assert item.valor_liquido == D(total)
    assert brinde.valor_liquido == 0
    assert (item.st, item.ipi, item.ii, item.icms_desonerado, item.cst, item.origem) == (
        D("7.70"), D("3.00"), D("4.00"), D(desonerado), "10", "2",
    )  # fmt: skip
    assert lida.totais.ipi_devolvido == D("0.30")


def test_servicos_entram_no_total() -> None:
    texto = trocar(
        xml(), ("</ICMSTot>", "</ICMSTot><ISSQNtot><vServ>5.00</vServ></ISSQNtot>"), ("<vNF>71.50", "<vNF>76.50")
    )
    lida = ler_documento(texto)
    assert lida.totais.servicos == 5
    assert "TOTAL_NAO_CONFERE" not in codigos(lida)


def test_ibs_e_cbs_de_combustivel_monofasico() -> None:
    mono = "<gIBSCBSMono><vTotIBSMonoItem>1.10</vTotIBSMonoItem><vTotCBSMonoItem>2.20</vTotCBSMonoItem></gIBSCBSMono>"
    texto = trocar(
        xml(ibscbs=True),
        ("</gIBSCBS></IBSCBS>", f"</gIBSCBS>{mono}</IBSCBS>"),
        ("</IBSCBSTot>", "<gMono><vIBSMono>1.10</vIBSMono><vCBSMono>2.20</vCBSMono></gMono></IBSCBSTot>"),
    )
    lida = ler_documento(texto)
    assert (lida.itens[0].ibs, lida.itens[0].cbs) == (D("1.13"), D("2.43"))
    assert (lida.totais.ibs, lida.totais.cbs) == (D("1.18"), D("2.85"))


# --- situação


@pytest.mark.parametrize(
    ("cstat", "situacao"),
    [
        *[(c, "autorizada") for c in ("100", "150")],
        *[(c, "cancelada") for c in ("101", "151", "155")],
        *[(c, "denegada") for c in ("110", "205", "301", "302", "303")],
    ],
)
def test_situacao_pelo_cstat_do_protocolo(cstat: str, situacao: str) -> None:
    lida = ler_documento(trocar(xml(), ("<cStat>100", f"<cStat>{cstat}")))
    assert (lida.cstat, lida.situacao, lida.avisos) == (cstat, situacao, ())


def test_cstat_de_rejeicao_nao_autoriza() -> None:
    lida = ler_documento(trocar(xml(), ("<cStat>100", "<cStat>539")))
    assert (lida.situacao, codigos(lida)) == ("sem_protocolo", ["CSTAT_NAO_PREVISTO"])


@pytest.mark.parametrize(
    ("tp_emis", "protocolo", "situacao"),
    [("9", None, "contingencia"), ("9", "135260000000123", "autorizada"), ("1", None, "sem_protocolo")],
)
def test_situacao_sem_protocolo_e_em_contingencia(tp_emis: str, protocolo: str | None, situacao: str) -> None:
    lida = ler_documento(xml(tp_emis=tp_emis, protocolo=protocolo))
    assert (lida.situacao, lida.tp_emis, lida.protocolo) == (situacao, tp_emis, protocolo or "")
    assert lida.justificativa == ("SEM COMUNICACAO COM A SEFAZ" if tp_emis == "9" else "")


# --- other layouts


def test_nfce_310_com_pag_repetido() -> None:
    lida = ler_documento(documentos.NFCE_310)
    assert (lida.tipo, lida.versao, lida.situacao, lida.uf, lida.avisos) == ("nfce", "3.10", "sem_protocolo", "DF", ())
    assert [(p.tpag, p.valor, p.bandeira, p.tp_integra) for p in lida.pagamentos] == [
        ("01", D("30.00"), "", ""),
        ("04", D("40.00"), "01", "2"),
    ]
    assert (lida.totais.troco, lida.totais.total) == (D("0.10"), D("69.90"))
    assert lida.itens[0].gtin == ""


def test_cfe_sat_com_desconto_rateado() -> None:
    lida = ler_documento(documentos.CFE)
    assert (lida.tipo, lida.modelo, lida.situacao, lida.avisos) == ("cfe_sat", "59", "autorizada", ())
    assert (lida.chave, lida.serie, lida.numero) == ("35170827192750000240590002257540001395955127", 225754, 139)
    assert (lida.cnpj_emitente, lida.documento_destinatario, lida.uf) == ("27192750000240", "52998224725", "SP")
    assert lida.data_emissao == datetime(2017, 8, 8, 18, 10, 34, tzinfo=UTC)
    assert lida.totais == Totais(
        produtos=D("26.50"), desconto=D("2.92"), outras=D("0.50"), total=D("24.08"), troco=D("0.92")
    )
    # 16.50 - 1.92 - 1.00 and 10.00 + 0.50
    assert [item.valor_liquido for item in lida.itens] == [D("13.58"), D("10.50")]
    assert [(item.desconto, item.outras) for item in lida.itens] == [(D("2.92"), 0), (0, D("0.50"))]
    assert [(item.cst, item.origem) for item in lida.itens] == [("500", "0"), ("00", "1")]
    assert [(p.tpag, p.meio_original, p.valor, p.autorizacao, p.credenciadora_sat) for p in lida.pagamentos] == [
        ("01", "01", D(5), "", ""),
        ("03", "03", D(20), "998877", "004"),
    ]


def test_cfe_no_horario_de_verao() -> None:
    """On 10 January 2018 São Paulo was at -02:00."""
    lida = ler_documento(trocar(documentos.CFE, ("<dEmi>20170808", "<dEmi>20180110")))
    assert lida.data_emissao == datetime(2018, 1, 10, 17, 10, 34, tzinfo=UTC)


@pytest.mark.parametrize(
    ("regra", "brutos", "total", "troco"),
    [
        # 0.333 x 10.00 = 3.33; 0.337 x 10.05 = 3.38685, less 0.38
        ("A", ["3.33", "3.39"], "6.34", "3.66"),
        ("T", ["3.33", "3.38"], "6.33", "3.67"),
    ],
)
def test_cfe_antes_do_sat_e_calculado(regra: str, brutos: list[str], total: str, troco: str) -> None:
    lida = ler_documento(documentos.CFE_ANTES_DO_SAT.replace("{regra}", regra))
    assert [item.valor_produto for item in lida.itens] == [D(b) for b in brutos]
    assert (lida.totais.total, lida.totais.troco) == (D(total), D(troco))
    assert (lida.situacao, lida.chave, lida.data_emissao) == ("sem_protocolo", "", None)
    assert codigos(lida) == ["CHAVE_AUSENTE", "TOTAL_AUSENTE", "DATA_AUSENTE"]


def test_meio_de_pagamento_que_o_sat_nao_tinha_vira_outros() -> None:
    lida = ler_documento(trocar(documentos.CFE, ("<cMP>01", "<cMP>77")))
    assert (lida.pagamentos[0].tpag, lida.pagamentos[0].meio_original) == ("99", "77")
    assert codigos(lida) == ["MEIO_DE_PAGAMENTO_DESCONHECIDO"]


def test_cancelamento_de_cfe_tem_chave_propria() -> None:
    lida = ler_documento(documentos.CFE_CANCELAMENTO)
    assert (lida.tipo, lida.situacao, lida.avisos) == ("cfe_cancelamento", "cancelada", ())
    assert lida.chave == "35150908723218000186599000040190000378585470"
    assert lida.chave_cancelada == "35150908723218000186599000040190000360539948"
    assert (lida.numero, lida.totais.total) == (37, D("2.00"))
    assert lida.data_emissao == datetime(2015, 9, 11, 20, 59, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("especie", "cstat", "tipo", "situacao", "avisos"),
    [
        ("110111", "135", "evento_cancelamento", "cancelada", []),
        ("110111", "155", "evento_cancelamento", "cancelada", []),
        ("110112", "135", "evento_cancelamento", "cancelada", []),
        ("110111", "573", "evento_cancelamento", "sem_protocolo", ["CSTAT_NAO_PREVISTO"]),
        ("110110", "135", "desconhecido", "sem_protocolo", ["EVENTO_NAO_TRATADO"]),
    ],
)
def test_evento(especie: str, cstat: str, tipo: str, situacao: str, avisos: list[str]) -> None:
    lida = ler_documento(documentos.EVENTO.replace("{especie}", especie).replace("{cstat}", cstat))
    assert (lida.tipo, lida.situacao, codigos(lida)) == (tipo, situacao, avisos)
    assert (lida.chave, lida.numero, lida.serie, lida.modelo) == (
        "35261111222333000181650010000000131100004813",
        13,
        1,
        "65",
    )
    assert lida.chave_cancelada == (lida.chave if tipo == "evento_cancelamento" else "")
    assert (lida.protocolo, lida.justificativa) == ("135269999999999", "CLIENTE DESISTIU DA COMPRA")


def test_inutilizacao_pedida_e_homologada() -> None:
    pedida, homologada = ler_documento(documentos.INUTILIZACAO), ler_documento(documentos.INUTILIZADA)
    for lida in (pedida, homologada):
        assert (lida.tipo, lida.numero, lida.numero_final, lida.serie, lida.modelo) == (
            "inutilizacao",
            101,
            105,
            1,
            "55",
        )
        assert (lida.cnpj_emitente, lida.uf, lida.chave, lida.avisos) == ("76472349000430", "PR", "", ())
    assert (pedida.situacao, homologada.situacao) == ("sem_protocolo", "inutilizada")


# --- avisos


@pytest.mark.parametrize(
    ("pares", "codigo", "trecho"),
    [
        ([("<nNF>123<", "<nNF>124<")], "CHAVE_DIVERGE", "número: chave 123, documento 124"),
        ([("<CNPJ>11222333000181", "<CNPJ>11222333000262")], "CHAVE_DIVERGE", "CNPJ: chave 11222333000181"),
        ([("<chNFe>35", "<chNFe>36")], "CHAVE_DO_PROTOCOLO_DIVERGE", "o protocolo '36"),
        ([("<nProt>135260000000123", "<nProt>13526")], "PROTOCOLO_INVALIDO", "15 ou 17 algarismos, veio '13526'"),
        ([("<vNF>71.50", "<vNF>71.60")], "TOTAL_NAO_CONFERE", "acréscimos 71,50, total 71,60: faltam 0,10"),
        ([("<vNF>71.50", "<vNF>71.40")], "TOTAL_NAO_CONFERE", "total 71,40: sobram 0,10"),
        ([("<vNF>71.50", "<vNF>71.60")], "ITENS_NAO_CONFEREM", "soma dos itens 71,50, total 71,60: faltam 0,10"),
        ([("<vPag>40.00", "<vPag>39.00")], "PAGAMENTO_NAO_CONFERE", "troco de 10,00 70,50, total 71,50: faltam 1,00"),
        (
            [("<vPag>40.00", "<vPag>quarenta")],
            "VALOR_INVALIDO",
            "pagamento 1: vPag esperado um número, veio 'quarenta'",
        ),
        (
            [("<vProd>29.93", "<vProd>29.925")],
            "VALOR_ARREDONDADO",
            "item 2: vProd 29.925 tem mais de duas casas: lido 29,93",
        ),
        ([("<NCM>04029900", "<NCM>040299001")], "CODIGO_INVALIDO", "item 1: NCM esperado com até 8"),
        ([("<dhEmi>2026-11-20", "<dhEmi>2026-13-20")], "DATA_INVALIDA", "não é uma data e hora"),
        ([("<dhEmi>2026-11-20T10:15:00-03:00", "<dhEmi>2026-11-20T10:15:00")], "DATA_SEM_FUSO", "lido como -03:00"),
        ([("<dhEmi>2026", "<dhEmi>9999")], "DATA_INVALIDA", "fora de 2000 a 2100"),
        ([("10:15:00-03:00</dhEmi>", "10:15:00+23:59</dhEmi>")], "DATA_INVALIDA", "fuso que não existe"),
        ([("<dhEmi>2026-11-20T10:15:00-03:00</dhEmi>", "")], "DATA_AUSENTE", "data de emissão"),
        ([("<mod>65", "<mod>57")], "MODELO_DESCONHECIDO", "veio '57'"),
        ([("<ICMSTot>", "<ICMS_Tot>"), ("</ICMSTot>", "</ICMS_Tot>")], "TOTAL_AUSENTE", "esperado o grupo ICMSTot"),
    ],
)
def test_um_defeito_vira_aviso_com_o_esperado_e_o_que_veio(
    pares: list[tuple[str, str]], codigo: str, trecho: str
) -> None:
    lida = ler_documento(trocar(xml(), *pares))
    mensagens = [aviso.mensagem for aviso in lida.avisos if aviso.codigo == codigo]
    assert len(mensagens) == 1, lida.avisos
    assert trecho in mensagens[0]


def test_dv_errado_e_aviso_e_a_chave_fica() -> None:
    chave = chave_da_nota(nota())
    errada = chave[:43] + str((int(chave[43]) + 1) % 10)
    lida = ler_documento(xml().replace(chave, errada))
    assert (lida.chave, lida.chave_dv_ok, codigos(lida)) == (errada, False, ["CHAVE_DV_INVALIDO"])
    assert f"esperado {chave[43]}, veio {errada[43]}" in lida.avisos[0].mensagem


def test_sem_id_vale_a_chave_do_protocolo() -> None:
    chave = chave_da_nota(nota())
    lida = ler_documento(trocar(xml(), (f' Id="NFe{chave}"', "")))
    assert (lida.chave, lida.chave_dv_ok, lida.avisos) == (chave, True, ())


def test_sem_chave_nenhuma() -> None:
    lida = ler_documento(trocar(xml(protocolo=None), (f' Id="NFe{chave_da_nota(nota())}"', ' Id="NFe123"')))
    assert (lida.chave, lida.chave_dv_ok, codigos(lida)) == ("", False, ["CHAVE_AUSENTE"])
    assert "veio '123'" in lida.avisos[0].mensagem


def test_chave_minuscula_e_lida_em_maiusculas() -> None:
    chave = chave_da_nota(nota(cnpj="12ABC34501DE35"))
    lida = ler_documento(
        xml(cnpj="12ABC34501DE35").replace(chave, chave.lower()).replace("12ABC34501DE35", "12abc34501de35")
    )
    assert (lida.chave, lida.cnpj_emitente, lida.avisos) == (chave, "12ABC34501DE35", ())


@pytest.mark.parametrize(
    "texto", ["NaN", "Infinity", "-1.00", "1e5", "1_000", "1.000,00", "١٢", "9" * 13, "9" * 400, "+1", ".5", " "]
)
def test_numero_que_nao_e_numero_e_zero(texto: str) -> None:
    lida = ler_documento(trocar(xml(), ("<vPag>40.00", f"<vPag>{texto}"), ("<qCom>2.0000", f"<qCom>{texto}")))
    assert lida.pagamentos[0].valor == 0
    assert lida.itens[0].quantidade == 0
    assert codigos(lida).count("VALOR_INVALIDO") == 2


def test_avisos_de_um_arquivo_todo_errado_tem_limite() -> None:
    det = "<det><prod><vProd>x</vProd></prod></det>" * 5_000
    lida = ler_documento(f"<NFe><infNFe>{det}</infNFe></NFe>")
    assert len(lida.itens) == 5_000
    assert len(lida.avisos) == 50


# --- forms of the same document


def _prefixado(texto: str) -> str:
    sem = texto.replace(' xmlns="http://www.portalfiscal.inf.br/nfe"', "").replace(
        ' xmlns="http://www.w3.org/2000/09/xmldsig#"', ""
    )
    corpo = (
        sem.partition("?>")[2]
        .replace("</", "\0")
        .replace("<![", "\1")
        .replace("<", "<n:")
        .replace("\0", "</n:")
        .replace("\1", "<![")
    )
    return corpo.replace("<n:nfeProc", '<n:nfeProc xmlns:n="http://www.portalfiscal.inf.br/nfe"', 1)


FORMAS: dict[str, Any] = {
    "bytes": lambda t: t.encode(),
    "sem declaracao": lambda t: t.partition("?>")[2],
    "BOM": lambda t: b"\xef\xbb\xbf" + t.encode(),
    "BOM em texto": lambda t: "\ufeff" + t,
    "brancos antes": lambda t: "\r\n\t " + t,
    "UTF-16": lambda t: t.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
    "texto que se diz UTF-16": lambda t: t.replace('encoding="UTF-8"', 'encoding="UTF-16"'),
    "ISO-8859-1": lambda t: t.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode("latin-1"),
    "sem namespace": lambda t: t.replace(' xmlns="http://www.portalfiscal.inf.br/nfe"', ""),
    "namespace alheio": lambda t: t.replace("www.portalfiscal.inf.br/nfe", "exemplo.invalid"),
    "namespace vazio no meio": lambda t: t.replace("<det ", '<det xmlns="" '),
    "aspas simples": lambda t: t.replace(
        '"http://www.portalfiscal.inf.br/nfe"', "'http://www.portalfiscal.inf.br/nfe'"
    ),
    "prefixado": _prefixado,
    "comentarios e instrucoes": lambda t: t.replace("<vProd>", "<vProd><!-- x --><?y?>").replace(
        "<NFe ", "<!-- z --><NFe "
    ),
    "quebras entre elementos": lambda t: t.replace("><", ">\n  <").replace("<![", "<!["),
    "brancos nos valores": lambda t: t.replace("</", "\n </"),
}


@pytest.mark.parametrize("forma", FORMAS)
def test_a_mesma_nota_em_outra_forma_le_se_igual(forma: str) -> None:
    texto = xml(ibscbs=True)
    assert ler_documento(FORMAS[forma](texto)) == ler_documento(texto)


# --- refused

RECUSADOS: list[tuple[bytes | str, str]] = [
    (b"", "vazio"),
    ("  \n", "vazio"),
    (b"isto nao e xml", "bem formado"),
    (b"\x00\x01\x02", "bem formado"),
    (b"\xff\xfe", "bem formado"),
    (b"<NFe>", "bem formado"),
    (b"<NFe>\xff</NFe>", "bem formado"),
    ("<NFe>\ud800</NFe>", "não existe em Unicode, na posição 5"),
    (b'<?xml version="1.0" encoding="nenhuma"?><NFe/>', "bem formado"),
    (b"<NFe>&nada;</NFe>", "bem formado"),
    (b'<!DOCTYPE NFe [<!ENTITY a "b">]><NFe>&a;</NFe>', "DOCTYPE"),
    (b'<!DOCTYPE NFe SYSTEM "file:///etc/passwd"><NFe/>', "DOCTYPE"),
    ('<!DOCTYPE NFe [<!ENTITY a "b">]><NFe/>'.encode("utf-16"), "DOCTYPE"),
    (b"<html/>", "veio <html>"),
    (b"<NFe/>", "sem o grupo infNFe"),
    (b"<nfeProc><NFe/></nfeProc>", "sem o grupo infNFe"),
    (b"<CFe/>", "sem o grupo infCFe"),
    (b"<CFeCanc/>", "sem o grupo infCFe"),
    (b"<procEventoNFe/>", "sem o grupo infEvento"),
    (b"<inutNFe/>", "sem o grupo infInut"),
    (b"<a>" * 300 + b"</a>" * 300, "bem formado"),
    (b"<NFe>" + b" " * TAMANHO_MAXIMO + b"</NFe>", "o limite é 2097152"),
    ("<NFe>" + "é" * (TAMANHO_MAXIMO // 2) + "</NFe>", "o limite é 2097152"),
]


@pytest.mark.parametrize(("conteudo", "motivo"), RECUSADOS, ids=range(len(RECUSADOS)))
def test_o_que_nao_se_le_e_recusado_com_o_motivo(conteudo: bytes | str, motivo: str) -> None:
    with pytest.raises(XmlIlegivel, match=motivo):
        ler_documento(conteudo)


def test_o_limite_de_tamanho_e_inclusivo() -> None:
    cabeca, pe = b"<NFe><infNFe/>", b"</NFe>"
    assert ler_documento(cabeca + b" " * (TAMANHO_MAXIMO - len(cabeca) - len(pe)) + pe).tipo == "desconhecido"


# --- never breaks

BASES = [
    xml(ibscbs=True),
    xml(tp_emis="9", protocolo=None),
    ACRESCIMOS.join(("<NFe><infNFe>", "</infNFe></NFe>")),
    documentos.NFCE_310,
    documentos.CFE,
    documentos.CFE_ANTES_DO_SAT,
    documentos.CFE_CANCELAMENTO,
    documentos.EVENTO,
    documentos.INUTILIZADA,
]
VENENOS = [
    *(
        "",
        " ",
        "NaN",
        "-Infinity",
        "1e999999",
        "-5",
        "9" * 12,
        "9" * 30,
        "0.005",
        "999999999999.999",
        "1" * 3000,
        "é",
        "٣",
    ),
    *(
        "2026-02-30T00:00:00-03:00",
        "0001-01-01T00:00:00+14:00",
        "20170808",
        "246060",
        "NFe",
        "CFe" + "9" * 44,
        "\ufffd",
    ),
    *(
        "<x/>",
        "<!-- -->",
        "<prod/>",
        "<ICMS/>",
        "<pag><tPag>01</tPag></pag>",
        "&#x10FFFF;",
        "&amp;",
        "\t",
        "<![CDATA[<]]>",
    ),
    *("<vProd>", "</det>", "]]>", "&"),  # and what breaks the document
]
FOLHA = re.compile(r"<(\w+)([^<>]*)>([^<>]*)</\1>")


def exigir_limites(lida: DocumentoLido) -> None:
    """What any column that these values go to may count on."""
    assert lida.chave == "" or (len(lida.chave) == 44 and lida.chave.isascii() and lida.chave == lida.chave.upper())
    assert not lida.chave_dv_ok or lida.chave
    assert len(lida.protocolo) <= 17 and len(lida.cnpj_emitente) <= 14 and len(lida.documento_destinatario) <= 14
    assert len(lida.nome_emitente) <= 60 and len(lida.modelo) <= 2 and len(lida.uf) in (0, 2) and len(lida.cstat) <= 3
    for inteiro in (lida.numero, lida.numero_final, lida.serie):
        assert 0 <= inteiro < 2**31
    for momento in (lida.data_emissao, lida.data_protocolo):
        assert momento is None or (
            2000 <= momento.year <= 2100 and abs(momento.utcoffset() or timedelta()) <= timedelta(hours=14)
        )
    for valor in lida.totais:
        exigir_dinheiro(valor)
    for item in lida.itens:
        assert (
            0 <= item.numero < 2**31 and len(item.codigo) <= 60 and len(item.gtin) <= 14 and len(item.descricao) <= 120
        )
        assert (
            len(item.ncm) <= 8
            and len(item.cfop) <= 4
            and len(item.cst) <= 3
            and len(item.origem) <= 1
            and len(item.unidade) <= 6
        )
        for valor in item[11:-1]:
            exigir_dinheiro(valor)
        exigir_dinheiro(abs(item.valor_liquido))
        assert 0 <= item.quantidade < 10**11 and 0 <= item.valor_unitario < 10**11
    for pagamento in lida.pagamentos:
        exigir_dinheiro(pagamento.valor)
        assert len(pagamento.tpag) <= 2 and len(pagamento.bandeira) <= 2 and len(pagamento.autorizacao) <= 128
        assert len(pagamento.cnpj_credenciadora) <= 14 and len(pagamento.descricao) <= 60
    assert len(lida.avisos) <= 50


def exigir_dinheiro(valor: Decimal) -> None:
    assert valor.is_finite() and 0 <= valor < 10**13
    assert valor == round(valor, 2)


def ler_ou_recusar(conteudo: bytes | str) -> None:
    try:
        lida = ler_documento(conteudo)
    except XmlIlegivel:
        return
    exigir_limites(lida)


@st.composite
def estragados(draw: st.DrawFn) -> str:
    """A document with some of its values overwritten, and elements taken out, doubled, renamed or moved."""
    texto = draw(st.sampled_from(BASES))
    for _ in range(draw(st.integers(1, 4))):
        folha = draw(st.sampled_from(list(FOLHA.finditer(texto))))
        inteira, tag = folha[0], folha[1]
        valor = draw(st.one_of(st.sampled_from(VENENOS), st.text(max_size=12)))
        outra = draw(st.sampled_from(["NFe", "infNFe", "det", "vProd", "pag", "MP", "IPI", "chNFe", "dhEmi", "nItem"]))
        novo = draw(
            st.sampled_from(
                [
                    f"<{tag}>{valor}</{tag}>",
                    "",
                    inteira * 2,
                    f"<{outra}>{valor}</{outra}>",
                    f'<{tag} nItem="{tag}">{inteira}</{tag}>',
                ]
            )
        )
        texto = texto[: folha.start()] + novo + texto[folha.end() :]
    return texto.replace('nItem="1"', draw(st.sampled_from(['nItem="1"', 'nItem="-1"', "", 'nItem="99999999999"'])))


@settings(max_examples=400, deadline=None)
@given(estragados())
@example(documentos.CFE_ANTES_DO_SAT.replace("0.3330", "9" * 11).replace("10.00", "9" * 11))
@example(
    documentos.NFCE_310.replace("0.10", "9" * 12).replace(
        "<pag>", "<pag><vTroco>999999999999.99</vTroco></pag><pag>" * 20
    )
)
def test_documento_estragado_nunca_quebra_o_leitor(texto: str) -> None:
    ler_ou_recusar(texto)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BASES), st.integers(0, 8_000))
def test_documento_truncado_e_recusado(texto: str, tamanho: int) -> None:
    if tamanho < len(texto.rstrip()):
        with pytest.raises(XmlIlegivel):
            ler_documento(texto[:tamanho])


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200),
        st.binary(max_size=60).map(lambda b: b"<NFe><infNFe>" + b + b"</infNFe></NFe>"),
    )
)
def test_bytes_quaisquer_nunca_quebram_o_leitor(conteudo: bytes | str) -> None:
    ler_ou_recusar(conteudo)


@pytest.mark.prova
@pytest.mark.timeout(3600)
@settings(max_examples=20_000, deadline=None)
@given(estragados())
def test_dezenas_de_milhares_de_documentos_estragados(texto: str) -> None:
    ler_ou_recusar(texto)


# --- the folder of real and synthetic documents, where there is one

PASTA = Path(__file__).parents[4] / "shared" / "xml"
LINHAS = list(csv.DictReader((PASTA / "manifest.csv").read_text("utf-8").splitlines())) if PASTA.is_dir() else []
# their payments, less the troco, are not their total
COM_DEFEITO = {
    "nfce65__ec28ea__4cfd31b-nfce.xml": ["PAGAMENTO_NAO_CONFERE"],
    "sint_nfce65__ddd95b__s09_desconto_em_todos_itens.xml": ["PAGAMENTO_NAO_CONFERE"],
}


@pytest.mark.skipif(not LINHAS, reason="não há a pasta de documentos de exemplo")
@pytest.mark.parametrize("linha", LINHAS, ids=lambda linha: linha["arquivo"])
def test_cada_documento_da_pasta_confere_com_o_manifesto(linha: dict[str, str]) -> None:
    lida = ler_documento((PASTA / linha["arquivo"]).read_bytes())
    exigir_limites(lida)
    assert lida.chave == linha["chave"]
    assert lida.chave_dv_ok == (linha["dv_ok"] == "True")
    assert lida.tp_emis == linha["tpEmis"]
    assert lida.cstat == linha["cStat"]
    assert len(lida.itens) == int(linha["itens"])
    assert "|".join(p.tpag for p in lida.pagamentos) == linha["meios_pag"]
    if linha["vTroco"]:
        assert lida.totais.troco == D(linha["vTroco"])
    if linha["vDesc_total"]:
        assert lida.totais.desconto == D(linha["vDesc_total"])
    assert any(item.ibs or item.cbs for item in lida.itens) == (linha["ibscbs"] != "0")
    if lida.modelo in ("59", "65") and lida.itens and lida.chave:
        assert codigos(lida) == COM_DEFEITO.get(linha["arquivo"], [])
        assert sum(item.valor_liquido for item in lida.itens) == lida.totais.total
