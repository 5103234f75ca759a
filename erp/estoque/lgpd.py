"""Why the stock has no source."""

from __future__ import annotations

from erp.lgpd.fontes import dispensar

dispensar({"estoque.DocumentoEstoque": "Ajustes e inventários: produtos e quantidades."})
