"""The HTTP client of the engine: one pool of connections per process, calls that end, answers that fit."""

from __future__ import annotations

import atexit
import functools
import os
import time
import zlib
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpcore
import httpx

from filas.erros import ErroDefinitivo, FalhaDeTransporte
from filas.fila.transporte import Transporte, prazo
from filas.fila.valores import Requisicao, Resposta

CORPO_MAXIMO: Final = 64 * 1024
COMPRIMIDO: Final = frozenset({"gzip", "x-gzip", "deflate"})


def chamar(requisicao: Requisicao) -> Resposta:
    """Make one call, whole within `requisicao.tempo_limite`: from the connection to the last byte of the body.

    Redirects are not followed; a body is read up to 64 KiB and no further; no cookie is kept.
    Raises `FalhaDeTransporte` when the call did not end, `ErroDefinitivo` when its address is none.
    """
    inicio = time.perf_counter()
    try:
        with prazo(requisicao.tempo_limite):
            return _chamar(requisicao, inicio)
    except httpcore.TimeoutException as erro:
        passou = f"{time.perf_counter() - inicio:.1f}".replace(".", ",")
        raise FalhaDeTransporte(
            "TEMPO_ESGOTADO", f"{_onde(requisicao)} não terminou de responder em {passou} s"
        ) from erro
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpcore.UnsupportedProtocol) as erro:
        raise ErroDefinitivo("ENDERECO_INVALIDO", "o endereço configurado para as chamadas não é um endereço") from erro
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as erro:
        raise FalhaDeTransporte(
            "CONEXAO", f"a conexão com {_onde(requisicao)} falhou: {erro or type(erro).__name__}"
        ) from erro


def _chamar(requisicao: Requisicao, inicio: float) -> Resposta:
    cliente = _cliente(os.getpid())
    with cliente.stream(
        requisicao.metodo, requisicao.url, json=requisicao.json, headers=dict(requisicao.cabecalhos)
    ) as resposta:
        corpo, cortada = _ler(resposta)
        return Resposta(
            status=resposta.status_code,
            cabecalhos={nome.lower(): valor for nome, valor in resposta.headers.items()},
            corpo=_texto(corpo, resposta),
            segundos=time.perf_counter() - inicio,
            cortada=cortada,
        )


@functools.lru_cache(maxsize=1)
def _cliente(_processo: int) -> httpx.Client:
    """By process: connections do not survive a fork."""
    cliente = httpx.Client(
        transport=Transporte(),
        follow_redirects=False,
        timeout=None,  # every wait ends at the call's own end: transporte.prazo
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # nothing of one message goes with another
        headers={"user-agent": "retaguarda", "accept": "application/json", "accept-encoding": "identity"},
    )
    atexit.register(cliente.close)
    return cliente


def _ler(resposta: httpx.Response) -> tuple[bytes, bool]:
    lido = bytearray()
    for pedaco in resposta.iter_raw():
        lido += pedaco
        if len(lido) > CORPO_MAXIMO:
            break
    corpo = bytes(lido)
    if resposta.headers.get("content-encoding", "").strip().lower() in COMPRIMIDO:  # not what was asked for
        corpo = _descomprimir(corpo)
    return corpo[:CORPO_MAXIMO], len(lido) > CORPO_MAXIMO or len(corpo) > CORPO_MAXIMO


def _descomprimir(corpo: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=47).decompress(corpo, CORPO_MAXIMO + 1)
    except zlib.error:
        return corpo


def _texto(corpo: bytes, resposta: httpx.Response) -> str:
    """The database keeps no NUL and no half of a character, which some encodings can say."""
    try:
        texto = corpo.decode(resposta.charset_encoding or "utf-8", errors="replace")
    except (LookupError, UnicodeError):  # an encoding that nobody knows
        texto = corpo.decode("utf-8", errors="replace")
    return texto.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _onde(requisicao: Requisicao) -> str:
    return httpx.URL(requisicao.url).netloc.decode("ascii", "replace") or "o destino"
