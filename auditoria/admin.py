"""The pages of the audit trail: windows, without a single button that changes something."""

from auditoria import admin_selos, admin_trilha

__all__ = ["admin_selos", "admin_trilha"]
