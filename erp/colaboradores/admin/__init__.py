"""The pages of colaboradores."""

from erp.colaboradores.admin import colaboradores, escalas, folhas, marcacoes, tratamentos

__all__ = ["colaboradores", "escalas", "folhas", "marcacoes", "tratamentos"]
