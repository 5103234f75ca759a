"""The simulator's NFC-e: valid in the XSD, consistent, the same for the same values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import nfelib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from erp.fiscal.chave import chave_valida
from erp.fiscal.xml import ler_documento
from pdv.terminal.nfce import (
    Cancelamento,
    ItemDaNota,
    NotaParaGerar,
    PagamentoDaNota,
    cancelar_nfce,
    chave_da_nota,
    gerar_nfce,
)
from tests.erp.fiscal.notas import EMISSAO, ITENS, TOTAL, TROCO, em_dinheiro, nota

CARTAO = PagamentoDaNota("04", TOTAL, "2")
UM = ItemDaNota("1", "BALA", Decimal(1), Decimal("0.10"))


@cache
def xsd(arquivo: str) -> etree.XMLSchema:
    assert nfelib.__file__ is not None
    pasta = Path(nfelib.__file__).parent / "nfe" / "schemas" / "v4_0"
    return etree.XMLSchema(etree.parse(str(pasta / arquivo)))


def exigir_valido(xml: str) -> None:
    raiz = etree.fromstring(xml.encode())
    esquema = xsd("procNFe_v4.00.xsd" if raiz.tag.endswith("nfeProc") else "nfe_v4.00.xsd")
    assert esquema.validate(raiz), esquema.error_log


def so_com(pagamento: PagamentoDaNota) -> dict[str, Any]:
    return {"pagamentos": (pagamento,), "troco": Decimal(0)}


NOTAS = {
    "dinheiro e cartao com troco": nota(),
    "cartao em POS, sem bandeira nem autorizacao": nota(**so_com(CARTAO)),
    "pix": nota(**so_com(PagamentoDaNota("17", TOTAL, "1", autorizacao="E09089356202611201330abcdef12345"))),
    "pix estatico": nota(**so_com(PagamentoDaNota("20", TOTAL))),
    "crediario": nota(**so_com(PagamentoDaNota("05", TOTAL, a_prazo=True))),
    "outros com descricao": nota(**so_com(PagamentoDaNota("99", TOTAL, descricao="VALE DA LOJA"))),
    "sem pagamento": nota(**so_com(PagamentoDaNota("90", Decimal(0)))),
    "cem pagamentos": nota(
        itens=(replace(UM, quantidade=Decimal(100)),),
        pagamentos=(PagamentoDaNota("01", Decimal("0.10")),) * 100,
        troco=Decimal(0),
    ),
    "CNPJ com letras": nota(cnpj="12ABC34501DE35"),
    "contingencia transmitida": nota(tp_emis="9"),
    "contingencia pendente": nota(tp_emis="9", protocolo=None),
    "contingencia com justificativa curta": nota(tp_emis="9", justificativa="LUZ"),
    "normal sem protocolo": nota(protocolo=None),
    "protocolo de 17": nota(protocolo="13526000000012345"),
    "IBS e CBS": nota(ibscbs=True),
    "regime normal": nota(
        itens=tuple(replace(i, cst=cst) for i, cst in zip(ITENS, ("00", "40", "60", "41"), strict=True))
    ),
    "quarenta itens": em_dinheiro(*ITENS * 10),
    "novecentos e noventa itens": em_dinheiro(*(UM,) * 990, ibscbs=True),
    "desconto de tudo": em_dinheiro(replace(UM, desconto=Decimal("0.10"))),
    "consumidor com CPF": nota(consumidor="52998224725"),
    "consumidor com CNPJ de letras": nota(consumidor="12ABC34501DE35"),
    "textos dificeis": em_dinheiro(
        replace(UM, descricao=" \t<&>\"'é–🎈ő\x07" + "x" * 200, codigo=" ", unidade="QUILOGRAMA"), razao_social="É"
    ),
    "serie zero, numero grande": nota(serie=0, numero=999_999_999),
    "horario em UTC": nota(data_emissao=datetime(2026, 12, 1, 1, 30, tzinfo=UTC)),
    "unitario de seis casas": em_dinheiro(
        replace(UM, valor_unitario=Decimal("3.333333"), quantidade=Decimal("1.2345"))
    ),
} | {f"na UF {uf}": nota(uf=uf) for uf in ("11", "29", "43", "53")}


@pytest.mark.parametrize("caso", NOTAS)
def test_o_documento_e_valido_no_xsd(caso: str) -> None:
    exigir_valido(gerar_nfce(NOTAS[caso]).xml)


@pytest.mark.parametrize("caso", NOTAS)
def test_o_leitor_le_o_que_foi_gerado_sem_um_aviso(caso: str) -> None:
    gerada = gerar_nfce(NOTAS[caso])
    lida = ler_documento(gerada.xml)
    assert lida.avisos == ()
    assert (lida.chave, lida.totais.total, len(lida.itens)) == (gerada.chave, gerada.total, len(NOTAS[caso].itens))
    assert lida.chave_dv_ok


def test_mesmos_valores_mesmo_texto_e_outra_chave_outra_assinatura() -> None:
    um, outro = gerar_nfce(nota()), gerar_nfce(nota(numero=124))
    assert um == gerar_nfce(nota())

    def assinatura(xml: str) -> str:
        return xml.partition("<SignatureValue>")[2].partition("<")[0]

    assert len(assinatura(um.xml)) == 344
    assert assinatura(um.xml) != assinatura(outro.xml)


def test_quatro_itens_e_dois_pagamentos_dao_uns_seis_kb() -> None:
    assert 5_500 < len(gerar_nfce(nota()).xml.encode()) < 6_500


def test_a_chave_diz_o_que_a_nota_diz() -> None:
    chave = chave_da_nota(nota(cnpj="12ABC34501DE35", tp_emis="9", numero=7, serie=12))
    assert chave_valida(chave)
    assert chave[:43] == "35" + "2611" + "12ABC34501DE35" + "65" + "012" + "000000007" + "9" + "48213377"


def test_a_meia_noite_de_utc_o_mes_da_chave_e_o_de_brasilia() -> None:
    tarde = nota(data_emissao=datetime(2026, 12, 1, 1, 30, tzinfo=UTC))
    assert chave_da_nota(tarde)[2:6] == "2611"
    assert "<dhEmi>2026-11-30T22:30:00-03:00</dhEmi>" in gerar_nfce(tarde).xml


@pytest.mark.parametrize(
    ("tp_emis", "protocolo", "cstat", "situacao"),
    [
        ("1", "135260000000123", "100", "autorizada"),
        ("9", "135260000000123", "150", "autorizada"),
        ("9", None, "", "contingencia"),
    ],
)
def test_protocolo_e_contingencia(tp_emis: str, protocolo: str | None, cstat: str, situacao: str) -> None:
    lida = ler_documento(gerar_nfce(nota(tp_emis=tp_emis, protocolo=protocolo)).xml)
    assert (lida.cstat, lida.situacao) == (cstat, situacao)


IMPOSSIVEIS: list[tuple[dict[str, Any], str]] = [
    ({"itens": ()}, "de 1 a 990 itens, vieram 0"),
    ({"itens": (UM,) * 991}, "vieram 991"),
    ({"pagamentos": ()}, "de 1 a 100 pagamentos, vieram 0"),
    ({"pagamentos": (PagamentoDaNota("01", Decimal("71.40")),), "troco": Decimal(0)}, "diferença 0.10"),
    ({"troco": TROCO + Decimal("0.01")}, "diferença 0.01"),
    (so_com(PagamentoDaNota("99", TOTAL, descricao=" x ")), "tPag 99 pede a descrição"),
    (so_com(PagamentoDaNota("90", TOTAL)), "tPag 90 vem só e com valor zero"),
    (so_com(PagamentoDaNota("03", TOTAL)), "cartão pede tpIntegra"),
    (so_com(PagamentoDaNota("1", TOTAL)), "tPag e bandeira têm 2 algarismos"),
    (so_com(replace(CARTAO, cnpj_credenciadora="123")), "CNPJ da credenciadora inválido"),
    (so_com(PagamentoDaNota("01", Decimal("71.505"))), "até 2 casas"),
    ({"uf": "99"}, "UF esperada"),
    ({"cnpj": "12abc34501de35"}, "CNPJ esperado"),
    ({"cnf": "123"}, "cNF esperado"),
    ({"numero": 0}, "número de 1 a"),
    ({"serie": 970}, "série esperada"),
    ({"tp_emis": "2"}, "tpEmis esperado"),
    ({"protocolo": "123"}, "protocolo esperado"),
    ({"consumidor": "529.982.247-25"}, "consumidor esperado"),
    ({"inscricao_estadual": "1.2"}, "inscrição estadual"),
    ({"data_emissao": EMISSAO.replace(tzinfo=None)}, "não diz o fuso"),
    ({"itens": (replace(UM, quantidade=Decimal(0)),)}, "quantidade deve ser positiva"),
    ({"itens": (replace(UM, desconto=Decimal("0.11")),)}, "não podem ser negativos"),
    ({"itens": (replace(UM, quantidade=Decimal("0.00001")),)}, "até 4 casas"),
    ({"itens": (replace(UM, gtin="12"),)}, "GTIN esperado"),
    ({"itens": (replace(UM, ncm="1"),)}, "NCM de 8"),
    ({"itens": (replace(UM, cst="10"),)}, "CST ou CSOSN esperado"),
    ({"itens": (UM, replace(UM, cst="00"))}, "mistura CST e CSOSN"),
]


@pytest.mark.parametrize(("campos", "motivo"), IMPOSSIVEIS, ids=[motivo for _, motivo in IMPOSSIVEIS])
def test_uma_nota_impossivel_e_recusada_com_o_motivo(campos: dict[str, Any], motivo: str) -> None:
    with pytest.raises(ValueError, match=motivo):
        gerar_nfce(nota(**campos))


def test_todos_os_motivos_de_uma_vez() -> None:
    with pytest.raises(ValueError, match=r"UF esperada.*cNF esperado.*de 1 a 990 itens.*de 1 a 100 pagamentos"):
        gerar_nfce(nota(uf="", cnf="", itens=(), pagamentos=()))


centavos = st.integers(0, 10_000_00).map(lambda c: Decimal(c) / 100)


@st.composite
def vendas(draw: st.DrawFn) -> NotaParaGerar:
    itens = []
    for _ in range(draw(st.integers(1, 6))):
        item = ItemDaNota(
            draw(st.text(max_size=10)),
            draw(st.text(max_size=40)),
            Decimal(draw(st.integers(1, 99_9999))) / 10_000,
            draw(centavos),
            acrescimo=draw(centavos),
        )
        itens.append(replace(item, desconto=min(draw(centavos), item.liquido)))
    return em_dinheiro(*itens, ibscbs=draw(st.booleans()), razao_social=draw(st.text(max_size=80)))


@settings(max_examples=60)
@given(vendas())
def test_qualquer_venda_da_um_documento_valido_que_confere(venda: NotaParaGerar) -> None:
    gerada = gerar_nfce(venda)
    exigir_valido(gerada.xml)
    lida = ler_documento(gerada.xml)
    assert lida.avisos == ()
    assert [item.valor_liquido for item in lida.itens] == [item.liquido for item in venda.itens]


def _cancelada(**campos: Any) -> tuple[str, str]:
    """The authorised XML and the cancelled one."""
    gerada = gerar_nfce(nota(protocolo="135260000000001", **campos))
    cancelamento = Cancelamento(gerada.chave, "135260000000001", "135260000000002", EMISSAO + timedelta(minutes=9))
    return gerada.xml, cancelar_nfce(gerada.xml, cancelamento)


def test_nota_cancelada_guarda_o_que_vendeu_e_e_lida_como_cancelada() -> None:
    antes, depois = (ler_documento(xml) for xml in _cancelada())
    assert (antes.situacao, depois.situacao) == ("autorizada", "cancelada")
    assert depois == antes._replace(situacao="cancelada", estados=depois.estados)


def test_evento_de_cancelamento_e_valido_no_xsd_e_e_lido_sem_um_aviso() -> None:
    evento = etree.fromstring(_cancelada()[1].encode()).find("{*}procEventoNFe")
    assert evento is not None
    assert nfelib.__file__ is not None
    pasta = Path(nfelib.__file__).parent / "nfe_evento_cancel" / "schemas" / "v1_0"
    esquema = etree.XMLSchema(etree.parse(str(pasta / "procEventoCancNFe_v1.00.xsd")))
    assert esquema.validate(etree.fromstring(etree.tostring(evento))), esquema.error_log
    lido = ler_documento(etree.tostring(evento))
    assert (lido.tipo, lido.situacao, lido.avisos) == ("evento_cancelamento", "cancelada", ())
    assert (lido.protocolo, lido.data_emissao) == ("135260000000002", EMISSAO + timedelta(minutes=9))


@pytest.mark.parametrize(
    ("troca", "situacao"),
    [
        (("<cStat>135</cStat>", "<cStat>155</cStat>"), "cancelada"),
        (("<cStat>135</cStat>", "<cStat>573</cStat>"), "autorizada"),  # refused: the note stands
        (("<tpEvento>110111</tpEvento><nSeqEvento>1</nSeqEvento><verEvento>",
          "<tpEvento>110110</tpEvento><nSeqEvento>1</nSeqEvento><verEvento>"), "autorizada"),  # a carta de correção
    ],
)  # fmt: skip
def test_so_o_evento_registrado_cancela_a_nota(troca: tuple[str, str], situacao: str) -> None:
    xml = _cancelada()[1].replace(*troca)
    assert troca[1] in xml
    assert ler_documento(xml).situacao == situacao


def test_nota_sem_protocolo_nao_se_cancela() -> None:
    pendente = gerar_nfce(nota(tp_emis="9", protocolo=None))
    with pytest.raises(ValueError, match="só uma nota autorizada"):
        cancelar_nfce(pendente.xml, Cancelamento(pendente.chave, "", "135260000000002", EMISSAO))
