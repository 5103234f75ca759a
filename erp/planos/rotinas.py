"""The routines of planos."""

from erp.planos.tipagem import rotinas

__all__ = ["rotinas"]
