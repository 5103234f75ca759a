"""States of a note as they reach us: whatever the order of arrival, the same document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations

import pytest

from erp.fiscal.estados import Chegada, Retrato, contradizem, estados_do_conteudo, retratar
from erp.fiscal.xml import DocumentoLido, XmlIlegivel, ler_documento
from erp.fiscal.xml.situacao import ORDEM, mais_alta
from tests.erp.fiscal.estados import JUSTIFICATIVA, com_cstat, com_evento, evento, inutilizacao, so_a_nota
from tests.erp.fiscal.notas import EMISSAO, TOTAL, xml

AUTORIZADA = xml()
CHAVE = ler_documento(AUTORIZADA).chave
CONTINGENCIA = xml(tp_emis="9", protocolo=None)
CHAVE_9 = ler_documento(CONTINGENCIA).chave
TRANSMITIDA = xml(tp_emis="9")


def chegada(texto: str, emissao: datetime = EMISSAO) -> Chegada:
    lido = ler_documento(texto)
    return Chegada(lido, lido.estados, 1, emissao, TOTAL)


def contar(textos: Sequence[str]) -> Retrato:
    """The document after these arrivals, in this order."""
    retrato = None
    for texto in textos:
        retrato = retratar(chegada(texto), retrato)
    assert retrato is not None
    return retrato


CONJUNTOS = [
    (AUTORIZADA, evento(CHAVE)),
    (AUTORIZADA, com_evento(AUTORIZADA, evento(CHAVE)), evento(CHAVE)),
    (so_a_nota(AUTORIZADA), AUTORIZADA, evento(CHAVE), com_cstat(AUTORIZADA, "101")),
    (CONTINGENCIA, TRANSMITIDA),
    (CONTINGENCIA, TRANSMITIDA, evento(CHAVE_9), evento(CHAVE_9, tipo="110112", substituta=CHAVE)),
    (CONTINGENCIA, com_cstat(TRANSMITIDA, "301")),
    (CONTINGENCIA, inutilizacao(CHAVE_9)),
    (CONTINGENCIA, inutilizacao(CHAVE_9), evento(CHAVE_9)),
    (evento(CHAVE), inutilizacao(CHAVE)),
]


@pytest.mark.parametrize("conjunto", CONJUNTOS)
def test_qualquer_ordem_de_chegada_do_mesmo_conjunto_da_o_mesmo_documento(conjunto: tuple[str, ...]) -> None:
    fins = {ordem: contar(ordem) for ordem in permutations(conjunto)}
    assert len({(f._replace(itens=tuple(f.itens))) for f in fins.values()}) == 1


@pytest.mark.parametrize("conjunto", CONJUNTOS)
def test_o_mesmo_estado_outra_vez_nao_muda_nada(conjunto: tuple[str, ...]) -> None:
    assert contar((*conjunto, *conjunto)) == contar(conjunto)


@pytest.mark.parametrize("conjunto", CONJUNTOS)
def test_o_estado_nunca_desce(conjunto: tuple[str, ...]) -> None:
    for ordem in permutations(conjunto):
        retrato, alturas = None, []
        for texto in ordem:
            retrato = retratar(chegada(texto), retrato)
            alturas.append(ORDEM[retrato.situacao])
        assert alturas == sorted(alturas)


def test_o_evento_sozinho_nao_perde_o_que_foi_vendido() -> None:
    cancelada = contar([AUTORIZADA, evento(CHAVE)])
    assert (cancelada.situacao, cancelada.valor, cancelada.conta) == ("cancelada", TOTAL, False)
    assert sum(cancelada.itens) == TOTAL
    assert cancelada.protocolo == "135260000000123"  # the authorisation's; the event's is among the states
    estados = estados_do_conteudo(cancelada.conteudo)
    assert [(e["situacao"], e["protocolo"]) for e in estados] == [
        ("autorizada", "135260000000123"),
        ("cancelada", "135269999999999"),
    ]
    assert (estados[1]["justificativa"], estados[1]["evento"]) == (JUSTIFICATIVA, "110111")


def test_o_evento_que_chega_antes_da_nota_guarda_a_emissao_do_pdv_ate_ela_chegar() -> None:
    antes = datetime.fromisoformat("2026-11-20T11:00:00-03:00")
    so_evento = retratar(chegada(evento(CHAVE), antes), None)
    assert (so_evento.situacao, so_evento.emissao, so_evento.completo) == ("cancelada", antes, False)
    depois = retratar(chegada(AUTORIZADA), so_evento)
    assert (depois.emissao, depois.valor, sum(depois.itens)) == (EMISSAO, TOTAL, TOTAL)


def test_substituicao_diz_por_qual_nota() -> None:
    estado = ler_documento(evento(CHAVE_9, tipo="110112", substituta=CHAVE)).estados[0]
    assert (estado.situacao, estado.substituta) == ("cancelada", CHAVE)


@pytest.mark.parametrize(
    ("conhecidos", "contradiz"),
    [
        (["contingencia", "autorizada", "cancelada"], False),
        (["contingencia", "denegada"], False),
        (["contingencia", "inutilizada"], False),
        (["autorizada", "denegada"], True),
        (["denegada", "cancelada"], True),
        (["autorizada", "inutilizada"], True),
        (["inutilizada", "cancelada"], True),
    ],
)
def test_estados_que_a_sefaz_nao_da_a_mesma_nota(conhecidos: list[str], contradiz: bool) -> None:
    assert contradizem(conhecidos) is contradiz


def lida(texto: str) -> DocumentoLido:
    return ler_documento(texto)


def test_nota_e_evento_no_mesmo_texto_em_qualquer_moldura() -> None:
    sozinha = lida(AUTORIZADA)
    declarado = '<?xml version="1.0" encoding="UTF-8"?>' + evento(CHAVE)
    for juntos in (
        com_evento(AUTORIZADA, evento(CHAVE)),
        f"<guardado>{so_sem_declaracao(AUTORIZADA)}{evento(CHAVE)}</guardado>",
        AUTORIZADA + "\n" + declarado,
    ):
        com = lida(juntos)
        assert (com.situacao, com.chave, com.itens) == ("cancelada", CHAVE, sozinha.itens)
        assert [e.situacao for e in com.estados] == ["autorizada", "cancelada"]


def so_sem_declaracao(texto: str) -> str:
    return texto.replace('<?xml version="1.0" encoding="UTF-8"?>', "")


def test_evento_recusado_ao_lado_nao_cancela_e_o_de_outra_nota_tambem_nao() -> None:
    recusado = lida(com_evento(AUTORIZADA, evento(CHAVE, cstat="501")))
    assert recusado.situacao == "autorizada"
    assert "CSTAT_NAO_PREVISTO" in {a.codigo for a in recusado.avisos}
    alheio = lida(com_evento(AUTORIZADA, evento(CHAVE_9)))
    assert alheio.situacao == "autorizada"
    assert "EVENTO_DE_OUTRA_NOTA" in {a.codigo for a in alheio.avisos}


@pytest.mark.parametrize("cstat", ["101", "151", "155"])
def test_resposta_da_consulta_vale_como_o_evento(cstat: str) -> None:
    ns = 'xmlns="http://www.portalfiscal.inf.br/nfe"'
    prot = f"<protNFe><infProt><chNFe>{CHAVE}</chNFe><nProt>135260000000123</nProt></infProt></protNFe>"
    consulta = lida(f"<retConsSitNFe {ns}><cStat>{cstat}</cStat><chNFe>{CHAVE}</chNFe>{prot}</retConsSitNFe>")
    assert (consulta.tipo, consulta.situacao, consulta.chave_cancelada) == ("evento_cancelamento", "cancelada", CHAVE)
    with pytest.raises(XmlIlegivel, match="cStat '217'"):
        lida(f"<retConsSitNFe {ns}><cStat>217</cStat><chNFe>{CHAVE}</chNFe></retConsSitNFe>")


@pytest.mark.parametrize("texto", ["<a/><b/>", "abc", "<x><y/></x>", "<nfeProc/><nfeProc>", "<!DOCTYPE a><a/><CFe/>"])
def test_o_que_nao_e_documento_continua_ilegivel(texto: str) -> None:
    with pytest.raises(XmlIlegivel):
        lida(texto)


def test_nenhum_estado_e_sem_protocolo() -> None:
    assert mais_alta([]) == "sem_protocolo"
