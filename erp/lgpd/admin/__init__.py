"""The window on personal data: looking up a person, handing over, forgetting, the receipts."""

from erp.lgpd.admin import recibos  # registers

__all__ = ["recibos"]
