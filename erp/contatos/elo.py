"""The link by which a reader refuses a channel: the comunicado's number, signed. Nothing of the reader is in it.

It never expires, for letters are read years later; a rotated key still opens it while it is in SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

SAL: Final = "contatos.descadastro"


def token_de(comunicado_id: int) -> str:
    return _assinador().sign(str(comunicado_id))


def ler_token(token: str) -> int | None:
    """The comunicado's number; None for a token that is not ours."""
    try:
        return int(_assinador().unsign(token))
    except (BadSignature, ValueError):
        return None


def _assinador() -> Signer:
    return Signer(salt=SAL, sep=".")


def elo_de_descadastro(comunicado_id: int) -> str:
    """The whole address of the page."""
    return f"{settings.RETAGUARDA_URL.rstrip('/')}{reverse('contatos:descadastro', args=[token_de(comunicado_id)])}"
