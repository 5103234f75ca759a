"""The connections to providers: one pool for each process and certificate, calls that end, answers that fit."""

from __future__ import annotations

import atexit
import functools
import os
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpcore
import httpx

from erp.provedores.erros import FalhaDefinitiva, FalhaPassageira
from filas.fila.transporte import Transporte, prazo

CORPO_MAXIMO: Final = 10 * 1024 * 1024
_COMPRIMIDO: Final = frozenset({"gzip", "x-gzip", "deflate"})


@dataclass(frozen=True)
class Certificado:
    """The client's certificate: a PEM file with both parts, or two files."""

    arquivo: str
    chave: str = ""
    senha: str = ""


@dataclass(frozen=True)
class Bruta:
    """An answer as it came: names of headers in lower case, the body up to `CORPO_MAXIMO`."""

    status: int
    cabecalhos: Mapping[str, str]
    corpo: bytes
    segundos: float
    cortada: bool


def chamar(
    metodo: str,
    url: str,
    *,
    tempo_limite: float,
    certificado: Certificado | None = None,
    cabecalhos: Mapping[str, str],
    **conteudo: Any,
) -> Bruta:
    """Make one call, whole within `tempo_limite` seconds; `conteudo` is httpx's own (params, json, data, files, content).

    No redirect is followed and no cookie kept. Raises `FalhaPassageira` when it did not end, and `FalhaDefinitiva` when
    the address or the certificate is none.
    """
    inicio = time.perf_counter()
    try:
        with prazo(tempo_limite), _cliente(os.getpid(), certificado).stream(
            metodo, url, headers=dict(cabecalhos), **conteudo
        ) as resposta:  # fmt: skip
            corpo, cortada = _ler(resposta)
            nomes = {nome.lower(): valor for nome, valor in resposta.headers.items()}
            return Bruta(resposta.status_code, nomes, corpo, time.perf_counter() - inicio, cortada)
    except httpcore.TimeoutException as erro:
        passou = f"{time.perf_counter() - inicio:.1f}".replace(".", ",")
        raise FalhaPassageira("TEMPO_ESGOTADO", f"o provedor não terminou de responder em {passou} s") from erro
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpcore.UnsupportedProtocol) as erro:
        raise FalhaDefinitiva("ENDERECO_INVALIDO", "o endereço configurado não é um endereço") from erro
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as erro:
        raise FalhaPassageira("CONEXAO", f"a conexão com o provedor falhou: {type(erro).__name__}") from erro


@functools.lru_cache(maxsize=32)
def _cliente(_processo: int, certificado: Certificado | None) -> httpx.Client:
    """By process: connections do not survive a fork."""
    cliente = httpx.Client(
        transport=Transporte(_contexto(certificado)),
        follow_redirects=False,
        timeout=None,  # every wait ends at the call's own end: prazo
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"user-agent": "retaguarda", "accept": "application/json", "accept-encoding": "gzip"},
    )
    atexit.register(cliente.close)
    return cliente


def _contexto(certificado: Certificado | None) -> ssl.SSLContext:
    contexto = httpx.create_ssl_context()
    if certificado is None:
        return contexto
    try:
        contexto.load_cert_chain(certificado.arquivo, certificado.chave or None, certificado.senha)
    except (OSError, ssl.SSLError, ValueError) as erro:
        motivo = getattr(erro, "strerror", None) or getattr(erro, "reason", None) or type(erro).__name__
        raise FalhaDefinitiva("CERTIFICADO", f"o certificado não pôde ser lido: {motivo}") from erro
    return contexto


def _ler(resposta: httpx.Response) -> tuple[bytes, bool]:
    lido = bytearray()
    for pedaco in resposta.iter_raw():
        lido += pedaco
        if len(lido) > CORPO_MAXIMO:
            break
    corpo = bytes(lido)
    if resposta.headers.get("content-encoding", "").strip().lower() in _COMPRIMIDO:
        corpo = _descomprimir(corpo)
    return corpo[:CORPO_MAXIMO], len(lido) > CORPO_MAXIMO or len(corpo) > CORPO_MAXIMO


def _descomprimir(corpo: bytes) -> bytes:
    """A bomb grows no further than the limit."""
    try:
        return zlib.decompressobj(wbits=47).decompress(corpo, CORPO_MAXIMO + 1)
    except zlib.error:
        return corpo
