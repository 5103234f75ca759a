from erp.fiscal.models.documento import AvisoFiscal, DocumentoFiscal, XmlFiscal
from erp.fiscal.models.evento import ArquivoDoEmissor, EventoNota

__all__ = ["ArquivoDoEmissor", "AvisoFiscal", "DocumentoFiscal", "EventoNota", "XmlFiscal"]
