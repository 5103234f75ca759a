"""What an app says of a provider's webhooks. The address, the storing and the answer are `views.py`'s."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from erp.provedores.models import WebhookRecebido


class Ignorado(Exception):
    """This webhook says nothing that is ours: `raise Ignorado("cobrança de outro sistema")`."""


class Webhook:
    """One provider's. A webhook is a hint: `processar` asks the provider again and believes the answer, not the body.

    `ajuste_segredo` names the setting with the secret of the address; while it is empty the address does not exist.
    `repeticao_vale` True: the same body again is a new hint (a notification that carries only a token), and is
    processed again; False: it is only counted. `na_pausa` True: its body is all that is read and nothing is asked of the
    provider, so a pause of it holds nothing back here.
    """

    ajuste_segredo: str = ""
    repeticao_vale: bool = True
    na_pausa: bool = False

    def segredo(self) -> str:
        return str(getattr(settings, self.ajuste_segredo, "") or "") if self.ajuste_segredo else ""

    def conferir(self, cabecalhos: Mapping[str, str], corpo: bytes) -> bool:
        """Whether the signature is right (names of headers in lower case). Here: the provider does not sign."""
        return True

    def desafiar(self, parametros: Mapping[str, str]) -> str | None:
        """What to answer to a GET by which the provider proves that the address is ours; None: there is no such thing."""
        return None

    def processar(self, webhook: WebhookRecebido) -> str:
        """Work it, safely again, and return what came of it, in Portuguese and without personal data.

        Called outside any transaction. Raises `Ignorado`; `FalhaPassageira`, and it is tried again later; anything
        else is an error that a person sees.
        """
        raise NotImplementedError


def assinatura_confere(segredo: str, corpo: bytes, assinatura: str, prefixo: str = "sha256=") -> bool:
    """HMAC-SHA256 in hexadecimal, as Meta and others sign; false while there is no secret."""
    if not segredo or not assinatura.startswith(prefixo):
        return False
    esperada = hmac.new(segredo.encode(), corpo, sha256).hexdigest()
    return hmac.compare_digest(esperada.encode(), assinatura[len(prefixo) :].lower().encode())
