"""A provider of the tests, registered as an app would register it, and its webhooks."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import pytest

from erp.provedores import registro
from erp.provedores.models import WebhookRecebido
from erp.provedores.webhooks import Webhook, assinatura_confere

SEGREDO = "um-segredo-de-endereco"
ASSINADO = "chave-da-assinatura"


class WebhookDeTeste(Webhook):
    ajuste_segredo = "TESTE_WEBHOOK_SEGREDO"
    assina = False

    def __init__(self) -> None:
        self.vistos: list[bytes] = []
        self.fazer: Callable[[WebhookRecebido], str] = lambda w: f"lido {len(w.bruto)} bytes"

    def conferir(self, cabecalhos: Mapping[str, str], corpo: bytes) -> bool:
        return not self.assina or assinatura_confere(ASSINADO, corpo, cabecalhos.get("x-hub-signature-256", ""))

    def desafiar(self, parametros: Mapping[str, str]) -> str | None:
        return parametros.get("hub.challenge")

    def processar(self, webhook: WebhookRecebido) -> str:
        self.vistos.append(webhook.bruto)
        return self.fazer(webhook)


class ProvedorDeTeste(registro.Provedor):
    nome = "teste"
    titulo = "Provedor de teste"
    exige = ("TESTE_URL",)

    def __init__(self) -> None:
        self.caixa = WebhookDeTeste()
        self.webhook = self.caixa
        self.resultado: Callable[[], str] = lambda: "conta 123 em ordem"

    def testar(self) -> str:
        return self.resultado()


@pytest.fixture
def provedor(settings: Any) -> Iterator[ProvedorDeTeste]:
    settings.TESTE_WEBHOOK_SEGREDO = SEGREDO
    settings.TESTE_URL = "http://127.0.0.1:1"
    antes = dict(registro._provedores)
    registro._provedores.clear()  # what other apps register is theirs to test
    feito = ProvedorDeTeste()
    registro.registrar(feito)
    yield feito
    registro._provedores.clear()
    registro._provedores.update(antes)


def assinar(corpo: bytes, chave: str = ASSINADO) -> str:
    return "sha256=" + hmac.new(chave.encode(), corpo, sha256).hexdigest()
