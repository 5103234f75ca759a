"""The board of the conferência; importing it registers its pages."""

from pdv.conferencia.admin import quadro

__all__ = ["quadro"]
