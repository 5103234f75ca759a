"""The pages of the registers."""

from erp.cadastros.admin import contas, feriados, filiais, finalizadores, periodos, produtos

__all__ = ["contas", "feriados", "filiais", "finalizadores", "periodos", "produtos"]
