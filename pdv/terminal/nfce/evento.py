"""The cancellation of an NFC-e: the registered event 110111, kept inside the note's own `nfeProc`."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1

from erp.fiscal.chave import partes_da_chave
from pdv.terminal.nfce.documento import assinatura
from pdv.terminal.nfce.nota import momento_no_brasil
from pdv.terminal.nfce.textos import texto

CANCELAMENTO = "110111"
_FIM = "</nfeProc>"


@dataclass(frozen=True, slots=True)
class Cancelamento:
    """`protocolo_da_nota` is the one that authorised the note; `protocolo` the event's; `quando` is aware."""

    chave: str
    protocolo_da_nota: str
    protocolo: str
    quando: datetime
    justificativa: str = "ERRO NO REGISTRO DA VENDA"


def cancelar_nfce(xml: str, cancelamento: Cancelamento) -> str:
    """The authorised note with its `procEventoNFe` as a last child: what was sold stays readable beside its end.

    Raises ValueError for a note that was never authorised: that one has nothing to cancel.
    """
    if not xml.endswith(_FIM):
        raise ValueError("só uma nota autorizada pode ser cancelada")
    return f"{xml.removesuffix(_FIM)}{gerar_evento(cancelamento)}{_FIM}"


def gerar_evento(c: Cancelamento) -> str:
    """The `procEventoNFe` alone: asked for, and registered with cStat 135."""
    partes = partes_da_chave(c.chave)
    identificador = f"ID{CANCELAMENTO}{c.chave}01"
    digest = b64encode(sha1(identificador.encode(), usedforsecurity=False).digest()).decode()
    quando = momento_no_brasil(c.quando).isoformat(timespec="seconds")
    return (
        f'<procEventoNFe xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.00"><evento versao="1.00">'
        f'<infEvento Id="{identificador}"><cOrgao>{partes.uf}</cOrgao><tpAmb>2</tpAmb><CNPJ>{partes.cnpj}</CNPJ>'
        f"<chNFe>{c.chave}</chNFe><dhEvento>{quando}</dhEvento><tpEvento>{CANCELAMENTO}</tpEvento>"
        f'<nSeqEvento>1</nSeqEvento><verEvento>1.00</verEvento><detEvento versao="1.00">'
        f"<descEvento>Cancelamento</descEvento><nProt>{c.protocolo_da_nota}</nProt>"
        f"<xJust>{texto(c.justificativa, 255, 15)}</xJust></detEvento></infEvento>{assinatura(identificador, digest)}"
        f'</evento><retEvento versao="1.00"><infEvento><tpAmb>2</tpAmb><verAplic>SIMULADOR</verAplic>'
        f"<cOrgao>{partes.uf}</cOrgao><cStat>135</cStat><xMotivo>Evento registrado e vinculado a NF-e</xMotivo>"
        f"<chNFe>{c.chave}</chNFe><tpEvento>{CANCELAMENTO}</tpEvento><xEvento>Cancelamento</xEvento>"
        f"<nSeqEvento>1</nSeqEvento><dhRegEvento>{quando}</dhRegEvento><nProt>{c.protocolo}</nProt>"
        f"</infEvento></retEvento></procEventoNFe>"
    )
