"""The pages of planos."""

from erp.planos.admin import contratos, pessoas, planos, registros

__all__ = ["contratos", "pessoas", "planos", "registros"]
