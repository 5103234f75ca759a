"""The DANFE NFC-e: the printed form of a note, drawn from its XML.

The drawing library parses what others wrote, so it is handed only what our own strict reader has accepted (no DOCTYPE,
no entities, a size limit), and whatever it raises becomes `DanfeIndisponivel`: a note that cannot be drawn is a message,
never a broken page.
"""

from __future__ import annotations

import structlog

from erp.acesso.erros import ErroDefinitivo
from erp.fiscal.models import DocumentoFiscal, XmlFiscal
from erp.fiscal.xml import XmlIlegivel, ler_documento

SAIDA = "Baixe o XML da nota, que é o documento com valor fiscal."
_log = structlog.get_logger(__name__)


class DanfeIndisponivel(ErroDefinitivo):
    """Esta nota não pode ser desenhada."""

    def __init__(self, mensagem: str) -> None:
        super().__init__("DANFE_INDISPONIVEL", mensagem, SAIDA)


def danfe_de(documento: DocumentoFiscal) -> bytes:
    """The PDF of a note as it stands in this document: a cancelled one is marked so. Raises `DanfeIndisponivel`."""
    if documento.modelo != "65":
        raise DanfeIndisponivel("O DANFE desenhado aqui é o da NFC-e, e esta nota é de outro modelo.")
    xml = _xml_da_nota(documento)
    if xml is None:
        raise DanfeIndisponivel("Não há guardado o XML desta nota, só o de um evento dela ou nenhum.")
    return desenhar(xml, cancelada=documento.situacao == DocumentoFiscal.Situacao.CANCELADA)


def desenhar(xml: str, *, cancelada: bool) -> bytes:
    """The PDF of the XML of an NFC-e. Raises `DanfeIndisponivel`."""
    from brazilfiscalreport.danfce import Danfce, DanfceConfig  # a third of a page's start: paid by who draws one

    if not _e_nfce(xml):
        raise DanfeIndisponivel("O XML guardado não é de uma NFC-e que se possa ler.")
    try:
        config = DanfceConfig(watermark_cancelled=cancelada)
        return bytes(Danfce(xml=xml, config=config).output())
    except Exception as erro:  # a library's own, of any kind, on what others wrote
        _log.warning("danfe_nao_desenhado", tipo=type(erro).__name__)
        raise DanfeIndisponivel("O gerador de DANFE não conseguiu desenhar esta nota.") from erro


def _xml_da_nota(documento: DocumentoFiscal) -> str | None:
    """The newest XML that holds the note itself: that of a later state may be the event alone."""
    arquivos = XmlFiscal.objects.filter(
        documento__chave=documento.chave, documento__numero=documento.numero, documento__estorno_de__isnull=True
    )
    for arquivo in arquivos.order_by("-documento__geracao"):
        if _e_nfce(arquivo.xml):
            return arquivo.xml
    return None


def _e_nfce(xml: str) -> bool:
    try:
        return ler_documento(xml).tipo == "nfce"
    except XmlIlegivel:
        return False
