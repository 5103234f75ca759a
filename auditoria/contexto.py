"""Who acts and where from, kept for the length of a request, a task or a run so that services need not carry it."""

import ipaddress
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from auditoria.atores import Ator, ator_usuario

_IDENTIFICADOR = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Origem(NamedTuple):
    """Address (None when unknown) and request id (empty outside a request) of an act."""

    ip: str | None = None
    request_id: str = ""


_SEM_ORIGEM = Origem()  # immutable: one serves every context
_atual: ContextVar[Origem] = ContextVar("auditoria_origem", default=_SEM_ORIGEM)


_agindo: ContextVar[Callable[[], Ator | None]] = ContextVar("auditoria_ator", default=lambda: None)


def ator_atual() -> Ator | None:
    """Who acts here: the person or the key of the request, the routine, the task or the command; None for nobody."""
    return _agindo.get()()


@contextmanager
def agindo(ator: Ator) -> Iterator[None]:
    """What is done inside is done by `ator`, unless it says otherwise."""
    marca = _agindo.set(lambda: ator)
    try:
        yield
    finally:
        _agindo.reset(marca)


def agir(ator: Ator | None) -> None:
    """From here on this task, or this request, is `ator`'s; None: nobody's."""
    _agindo.set(lambda: ator)


class Contagem:
    """How many events were recorded since it began to be kept."""

    eventos = 0


_contagem: ContextVar[Contagem | None] = ContextVar("auditoria_contagem", default=None)


@contextmanager
def contando() -> Iterator[Contagem]:
    """Keep count of the events recorded inside: what promises to leave one can see whether it did."""
    marca = _contagem.set(Contagem())
    try:
        contagem = _contagem.get()
        assert contagem is not None
        yield contagem
    finally:
        _contagem.reset(marca)


def contar(quantos: int) -> None:
    """Called by who records."""
    if (contagem := _contagem.get()) is not None:
        contagem.eventos += quantos


def origem_atual() -> Origem:
    """The origin of the request being served, or an empty one."""
    return _atual.get()


class OrigemMiddleware:
    """Sets the origin and the actor for the events of a request. Goes after those that know the user and number requests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        marca = _atual.set(Origem(endereco(request), identificador(request)))
        quem = _agindo.set(lambda: _ator_de(request))
        try:
            return self.get_response(request)
        finally:
            _agindo.reset(quem)
            _atual.reset(marca)


def _ator_de(request: HttpRequest) -> Ator | None:
    """Asked for only when an event needs it: the user is read from the database."""
    usuario = getattr(request, "user", None)
    da_chave: Ator | None = getattr(request, "ator", None) or getattr(usuario, "ator", None)
    if da_chave is not None:
        return da_chave
    return ator_usuario(usuario) if usuario is not None and usuario.is_authenticated else None


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
