"""Why the registers of the company have no source."""

from __future__ import annotations

from erp.lgpd.fontes import dispensar

dispensar(
    {
        "cadastros.Filial": "CNPJ da própria empresa.",
        "cadastros.Adquirente": "CNPJ de adquirentes, empresas.",
    }
)
