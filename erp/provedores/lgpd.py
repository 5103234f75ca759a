"""Why what providers tell us has no source."""

from __future__ import annotations

from erp.lgpd.fontes import dispensar

dispensar(
    {
        "provedores.WebhookRecebido": "Corpo de aviso, sem índice de pessoa: apagado em "
        "PROVEDORES_GUARDAR_WEBHOOKS_DIAS dias. O que ele causou está nas cobranças, nas assinaturas e nas notas.",
        "provedores.EstadoProvedor": "Provedores.",
    }
)
