"""A contingency NFC-e that the authority takes afterwards: the same document, with its protocol (cStat 150)."""

import re
from dataclasses import dataclass
from datetime import datetime

from pdv.terminal.nfce.nota import momento_no_brasil

_DIGEST = re.compile(r"<DigestValue>([^<]+)</DigestValue>")


@dataclass(frozen=True, slots=True)
class Transmissao:
    """`quando` is aware."""

    chave: str
    protocolo: str
    quando: datetime


def assinada(xml: str) -> bool:
    """Whether the document is signed: the authority takes no other."""
    return _DIGEST.search(xml) is not None


def autorizar_nfce(xml: str, transmissao: Transmissao) -> str:
    """The `nfeProc` around a bare NFe issued offline. Raises ValueError for one without signature, or with a protocol."""
    corpo = xml[xml.find("<NFe") :]
    digest = _DIGEST.search(corpo)
    if "<protNFe" in xml or not corpo.startswith("<NFe") or digest is None:
        raise ValueError("só uma nota em contingência, assinada e sem protocolo, pode ser transmitida")
    quando = momento_no_brasil(transmissao.quando).isoformat(timespec="seconds")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00">'
        f'{corpo}<protNFe versao="4.00"><infProt><tpAmb>2</tpAmb><verAplic>SIMULADOR</verAplic>'
        f"<chNFe>{transmissao.chave}</chNFe><dhRecbto>{quando}</dhRecbto><nProt>{transmissao.protocolo}</nProt>"
        f"<digVal>{digest[1]}</digVal><cStat>150</cStat><xMotivo>Autorizado o uso da NF-e, autorizacao fora de prazo</xMotivo>"
        "</infProt></protNFe></nfeProc>"
    )
