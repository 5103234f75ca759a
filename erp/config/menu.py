"""What the admin looks like: titles, and the sidebar grouped by subject."""

from __future__ import annotations

from typing import Any

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Retaguarda",
    "SITE_HEADER": "Retaguarda",
    "SITE_SUBHEADER": "PDV, estoque, financeiro e fiscal",
    "SITE_SYMBOL": "storefront",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": True, "show_all_applications": True, "navigation": []},
}
