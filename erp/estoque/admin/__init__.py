"""The pages of the stock."""

from erp.estoque.admin import documentos, movimentos, saldos

__all__ = ["documentos", "movimentos", "saldos"]
