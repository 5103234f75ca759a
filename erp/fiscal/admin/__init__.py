from erp.fiscal.admin.documentos import DocumentoFiscalAdmin
from erp.fiscal.admin.eventos import EventoNotaAdmin

__all__ = ["DocumentoFiscalAdmin", "EventoNotaAdmin"]
