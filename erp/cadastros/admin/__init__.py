"""The pages of the registers."""

from erp.cadastros.admin import contas, filiais, finalizadores, periodos, produtos

__all__ = ["contas", "filiais", "finalizadores", "periodos", "produtos"]
