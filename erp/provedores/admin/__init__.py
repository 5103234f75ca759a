"""The pages of provedores."""

from erp.provedores.admin.provedores import ProvedoresAdmin
from erp.provedores.admin.webhooks import WebhookAdmin

__all__ = ["ProvedoresAdmin", "WebhookAdmin"]
