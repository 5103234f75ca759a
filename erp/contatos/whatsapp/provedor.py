"""Meta's Cloud API as a provider: its settings, its test. The webhook is put in by the app, for it needs the models."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings

from erp.provedores.autorizacao import portador
from erp.provedores.cliente import Cliente, trecho
from erp.provedores.registro import Provedor

NOME: Final = "whatsapp"


class ProvedorWhatsapp(Provedor):
    nome = NOME
    titulo = "WhatsApp (Meta Cloud API)"
    exige = ("WHATSAPP_TOKEN", "WHATSAPP_NUMERO_ID", "WHATSAPP_APP_SEGREDO", "WHATSAPP_WEBHOOK_SEGREDO")

    def testar(self) -> str:
        """GET of our own number: its name, its quality and its tier."""
        dito: Any = cliente().json(
            "GET",
            caminho(),
            parametros={"fields": "verified_name,quality_rating,messaging_limit_tier"},
            rotulo="/número",
        )
        nome = str(dito.get("verified_name") or "sem nome")[:80] if isinstance(dito, dict) else "sem nome"
        qualidade = str(dito.get("quality_rating") or "não dita")[:20] if isinstance(dito, dict) else "não dita"
        return f"O token serve para o número de «{nome}»; qualidade: {qualidade}."


PROVEDOR: Final = ProvedorWhatsapp()


def configurado() -> bool:
    """Known as settings are read, before the provider is registered."""
    return PROVEDOR.configurado()


def cliente() -> Cliente:
    return Cliente(
        NOME,
        settings.WHATSAPP_URL,
        autorizacao=portador(settings.WHATSAPP_TOKEN),
        tempo_limite=settings.WHATSAPP_TEMPO_LIMITE,
    )


def caminho(fim: str = "") -> str:
    """Below the base address: that of our number, by its id at Meta (no phone is in it)."""
    return f"/{trecho(settings.WHATSAPP_NUMERO_ID)}{fim}"
