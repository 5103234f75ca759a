"""The pages of the registers."""

from erp.cadastros.admin import contas, filiais, finalizadores, produtos

__all__ = ["contas", "filiais", "finalizadores", "produtos"]
