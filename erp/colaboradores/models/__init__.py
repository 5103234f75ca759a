"""The tables of colaboradores."""

from erp.colaboradores.models.colaborador import Colaborador

__all__ = ["Colaborador"]
