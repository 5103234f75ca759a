"""Where a request comes from, kept for the length of the request so that services need not carry it."""

import ipaddress
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_IDENTIFICADOR = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Origem(NamedTuple):
    """Address (None when unknown) and request id (empty outside a request) of an act."""

    ip: str | None = None
    request_id: str = ""


_SEM_ORIGEM = Origem()  # immutable: one serves every context
_atual: ContextVar[Origem] = ContextVar("auditoria_origem", default=_SEM_ORIGEM)


def origem_atual() -> Origem:
    """The origin of the request being served, or an empty one."""
    return _atual.get()


class OrigemMiddleware:
    """Sets the origin for the events of a request. Goes after the middleware that numbers requests for the logs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        marca = _atual.set(Origem(endereco(request), identificador(request)))
        try:
            return self.get_response(request)
        finally:
            _atual.reset(marca)


def endereco(request: HttpRequest) -> str | None:
    """The client's address, None when it is not an IP (a Unix socket).

    `X-Forwarded-For` is believed only as far as there are proxies of ours in front, which is the number that the
    login's own guard goes by: anything further left was written by the client.
    """
    proxies: int = getattr(settings, "AXES_IPWARE_PROXY_COUNT", None) or 0
    candidato = request.META.get("REMOTE_ADDR", "")
    if proxies > 0:
        caminho = [p.strip() for p in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if p.strip()]
        candidato = caminho[-proxies] if len(caminho) >= proxies else candidato
    try:
        return str(ipaddress.ip_address(candidato))
    except ValueError:
        return None


def identificador(request: HttpRequest) -> str:
    """The id that the logs use for this request, else the one that came in `X-Request-ID`, else a new one."""
    nos_logs = structlog.contextvars.get_contextvars().get("request_id", "")
    for candidato in (str(nos_logs), request.headers.get("X-Request-ID", "")):
        if _IDENTIFICADOR.fullmatch(candidato):
            return candidato
    return uuid.uuid4().hex
