"""The one entrance: which reader a root element belongs to."""

from collections.abc import Callable

from erp.fiscal.xml.arvore import TAMANHO_MAXIMO, Elemento, abrir
from erp.fiscal.xml.cfe import ler_cfe, ler_cfe_cancelamento
from erp.fiscal.xml.documento import DocumentoLido, XmlIlegivel
from erp.fiscal.xml.evento import ler_evento, ler_inutilizacao
from erp.fiscal.xml.nfe import ler_nfe
from erp.fiscal.xml.valores import Leitor

__all__ = ["TAMANHO_MAXIMO", "ler_documento"]

_LEITORES: dict[str, Callable[[Elemento, Leitor], DocumentoLido]] = {
    "nfeProc": ler_nfe,
    "NFe": ler_nfe,
    "CFe": ler_cfe,
    "CFeCanc": ler_cfe_cancelamento,
    "procEventoNFe": ler_evento,
    "evento": ler_evento,
    "ProcInutNFe": ler_inutilizacao,
    "procInutNFe": ler_inutilizacao,
    "inutNFe": ler_inutilizacao,
}


def ler_documento(xml: bytes | str) -> DocumentoLido:
    """Read a fiscal document of at most 2 MiB.

    Raises XmlIlegivel, with a message in Portuguese, for what is no XML, declares DOCTYPE or entities, is too large,
    or is not a fiscal document; never anything else. All other defects are in `avisos`.
    """
    raiz = abrir(xml)
    ler = _LEITORES.get(raiz.tag)
    if ler is None:
        raise XmlIlegivel(f"esperados nfeProc, NFe, CFe, CFeCanc, evento ou inutilização, veio <{raiz.tag[:60]}>")
    return ler(raiz, Leitor())
