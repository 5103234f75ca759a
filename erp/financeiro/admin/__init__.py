"""The pages of the money."""

from erp.financeiro.admin import baixas, contas, titulos

__all__ = ["baixas", "contas", "titulos"]
