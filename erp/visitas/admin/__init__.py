"""The pages of visits and routes."""

from erp.visitas.admin import rotas, visitas

__all__ = ["rotas", "visitas"]
