"""The tables of lgpd: the receipts of anonymisations."""

from erp.lgpd.models.anonimizacao import Anonimizacao

__all__ = ["Anonimizacao"]
