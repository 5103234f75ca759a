"""The pages of sincronizacao."""

from erp.sincronizacao.admin.conflitos import ConflitoAdmin
from erp.sincronizacao.admin.diferencas import DiferencaAdmin
from erp.sincronizacao.admin.entidades import EntidadesAdmin

__all__ = ["ConflitoAdmin", "DiferencaAdmin", "EntidadesAdmin"]
