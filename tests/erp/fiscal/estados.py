"""The XML of each state of a note, made from its authorised or contingency document."""

from __future__ import annotations

import re

from erp.fiscal.chave import chave_dv, partes_da_chave

_NS = 'xmlns="http://www.portalfiscal.inf.br/nfe"'
JUSTIFICATIVA = "CLIENTE DESISTIU DA COMPRA"


def evento(
    chave: str, *, tipo: str = "110111", cstat: str = "135", protocolo: str = "135269999999999", substituta: str = "",
    quando: str = "2026-07-01T10:20:00-03:00",
) -> str:  # fmt: skip
    """A procEventoNFe; without `cstat`, only its request."""
    referida = f"<chNFeRef>{substituta}</chNFeRef>" if substituta else ""
    retorno = (
        f'<retEvento versao="1.00"><infEvento><cStat>{cstat}</cStat><chNFe>{chave}</chNFe>'
        f"<tpEvento>{tipo}</tpEvento><dhRegEvento>{quando}</dhRegEvento><nProt>{protocolo}</nProt></infEvento></retEvento>"
    )
    return (
        f'<procEventoNFe {_NS} versao="1.00"><evento versao="1.00"><infEvento><CNPJ>{chave[6:20]}</CNPJ>'
        f"<chNFe>{chave}</chNFe><dhEvento>{quando}</dhEvento><tpEvento>{tipo}</tpEvento><detEvento>"
        f"<nProt>135260000000001</nProt><xJust>{JUSTIFICATIVA}</xJust>{referida}</detEvento></infEvento></evento>"
        f"{retorno if cstat else ''}</procEventoNFe>"
    )


def com_evento(nfeproc: str, procevento: str) -> str:
    """The note and its event in one nfeProc."""
    assert "</nfeProc>" in nfeproc
    return nfeproc.replace("</nfeProc>", f"{procevento}</nfeProc>")


def so_a_nota(nfeproc: str) -> str:
    """The bare NFe of an authorised one."""
    return re.search(r"<NFe .*</NFe>", nfeproc, re.DOTALL)[0]  # type: ignore[index]  # an nfeProc has one


def com_cstat(nfeproc: str, cstat: str) -> str:
    """The same note with another answer of the SEFAZ: 301 denied, 101 cancelled."""
    assert "<cStat>" in nfeproc
    return re.sub(r"<cStat>\d+</cStat>", f"<cStat>{cstat}</cStat>", nfeproc)


def inutilizacao(
    chave: str, *, de: int | None = None, ate: int | None = None, cstat: str = "102", serie: int = 1
) -> str:
    """A ProcInutNFe of the range that holds the number of `chave`; without `cstat`, only its request."""
    partes = partes_da_chave(chave)
    de, ate = de or partes.numero, ate or partes.numero
    retorno = (
        f"<retInutNFe><infInut><cStat>{cstat}</cStat><dhRecbto>2026-07-01T11:00:00-03:00</dhRecbto>"
        "<nProt>135260000000777</nProt></infInut></retInutNFe>"
    )
    return (
        f'<ProcInutNFe {_NS} versao="4.00"><inutNFe versao="4.00"><infInut><tpAmb>2</tpAmb><cUF>{partes.uf}</cUF><ano>26</ano>'
        f"<CNPJ>{partes.cnpj}</CNPJ><mod>{partes.modelo}</mod><serie>{serie}</serie><nNFIni>{de}</nNFIni>"
        f"<nNFFin>{ate}</nNFFin><xJust>FALHA QUE PULOU A NUMERACAO</xJust></infInut></inutNFe>{retorno if cstat else ''}"
        "</ProcInutNFe>"
    )


def chave_inutilizada(numero: int, cnpj: str = "11222333000181", serie: int = 1) -> str:
    """The key of a number that never was a note, as the till makes it up."""
    raiz = f"352607{cnpj}65{serie:03d}{numero:09d}100000000"
    return raiz + chave_dv(raiz)


def chave_sat(numero: int, codigo: str = "123456") -> str:
    """The key of a CF-e of equipment 900."""
    raiz = f"3526071122233300018159000000900{numero:06d}{codigo}"
    return raiz + chave_dv(raiz)


def cfe(chave: str, total: str = "40.00") -> str:
    """A CF-e SAT of one item."""
    return (
        f'<CFe><infCFe Id="CFe{chave}" versao="0.08"><ide><cUF>35</cUF><mod>59</mod><nserieSAT>{chave[22:31]}</nserieSAT>'
        f"<nCFe>{chave[31:37]}</nCFe><dEmi>20260701</dEmi><hEmi>100100</hEmi></ide><emit><CNPJ>{chave[6:20]}</CNPJ></emit>"
        f'<dest/><det nItem="1"><prod><cProd>101</cProd><xProd>CAFE</xProd><CFOP>5102</CFOP><uCom>UN</uCom><qCom>1.0000</qCom>'
        f"<vUnCom>{total}</vUnCom><vProd>{total}</vProd><vItem>{total}</vItem></prod></det><total><ICMSTot><vProd>{total}</vProd>"
        f"</ICMSTot><vCFe>{total}</vCFe></total><pgto><MP><cMP>01</cMP><vMP>{total}</vMP></MP></pgto></infCFe></CFe>"
    )


def cfe_canc(chave: str, cancelada: str, total: str = "40.00") -> str:
    """The CFeCanc under `chave` of the sale `cancelada`."""
    return (
        f'<CFeCanc><infCFe Id="CFe{chave}" chCanc="CFe{cancelada}" versao="0.08"><ide><cUF>35</cUF><mod>59</mod>'
        f"<nserieSAT>{chave[22:31]}</nserieSAT><nCFe>{chave[31:37]}</nCFe><dEmi>20260701</dEmi><hEmi>102000</hEmi></ide>"
        f"<emit><CNPJ>{chave[6:20]}</CNPJ></emit><dest/><total><vCFe>{total}</vCFe></total></infCFe></CFeCanc>"
    )
