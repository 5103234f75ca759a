"""The one public page: the key. Who checks a digest must not have to ask for it."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from auditoria.chaves import publicadas


@require_safe
def chave(request: HttpRequest) -> JsonResponse:
    """The public key in use and the former ones, in PEM, each with its fingerprint. No login."""
    return JsonResponse(publicadas(), json_dumps_params={"indent": 2})
