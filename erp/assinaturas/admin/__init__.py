"""The pages of assinaturas."""

from erp.assinaturas.admin import assinaturas

__all__ = ["assinaturas"]
