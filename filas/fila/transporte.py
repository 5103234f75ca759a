"""Connections with one clock for the whole call.

A timeout of the library is for each read: a server that sends a byte now and then holds a thread for ever, in its
headers as in its body. Here every wait ends at the call's own end, which its thread says by `prazo`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

CONEXOES = 256
OCIOSAS = 64
SEGUNDOS_OCIOSA = 20.0


class _Relogio(threading.local):
    fim: float = float("inf")


_relogio = _Relogio()


@contextmanager
def prazo(segundos: float) -> Iterator[None]:
    """Whatever this thread waits for of the network inside ends within `segundos`."""
    _relogio.fim = time.monotonic() + segundos
    try:
        yield
    finally:
        _relogio.fim = float("inf")


def _resta(pedido: float | None, esgotado: type[httpcore.TimeoutException]) -> float | None:
    resta = _relogio.fim - time.monotonic()
    if resta <= 0:
        raise esgotado("acabou o tempo da chamada")
    if resta == float("inf"):
        return pedido
    return resta if pedido is None else min(pedido, resta)


class _Corrente(httpcore.NetworkStream):
    def __init__(self, corrente: httpcore.NetworkStream) -> None:
        self._corrente = corrente

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._corrente.read(max_bytes, _resta(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._corrente.write(buffer, _resta(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._corrente.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        resta = _resta(timeout, httpcore.ConnectTimeout)
        return _Corrente(self._corrente.start_tls(ssl_context, server_hostname, resta))

    def get_extra_info(self, info: str) -> Any:
        return self._corrente.get_extra_info(info)


class _Rede(httpcore.SyncBackend):
    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        resta = _resta(timeout, httpcore.ConnectTimeout)
        return _Corrente(super().connect_tcp(host, port, resta, local_address, socket_options))


class _Corpo(httpx.SyncByteStream):
    def __init__(self, resposta: httpcore.Response) -> None:
        self._resposta = resposta

    def __iter__(self) -> Iterator[bytes]:
        yield from self._resposta.iter_stream()

    def close(self) -> None:
        self._resposta.close()


class Transporte(httpx.BaseTransport):
    """A pool of connections for one process, with the certificate of `ssl`. Its errors are those of `httpcore`."""

    def __init__(self, ssl: SSLContext | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl or httpx.create_ssl_context(), max_connections=CONEXOES, max_keepalive_connections=OCIOSAS,
            keepalive_expiry=SEGUNDOS_OCIOSA, network_backend=_Rede(),
        )  # fmt: skip

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        resposta = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            resposta.status, headers=resposta.headers, stream=_Corpo(resposta), extensions=resposta.extensions
        )

    def close(self) -> None:
        self._pool.close()
