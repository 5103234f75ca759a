from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer


@pytest.fixture(scope="session")
def certificado(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that nobody signed, and its key."""
    pasta = tmp_path_factory.mktemp("tls")
    certificado, chave = pasta / "certificado.pem", pasta / "chave.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-keyout", chave, "-out", certificado],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificado, chave


@pytest.fixture
def httpserver_ssl(certificado: tuple[Path, Path]) -> Iterator[HTTPServer]:
    contexto = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexto.load_cert_chain(*certificado)
    with HTTPServer(ssl_context=contexto) as servidor:
        servidor.expect_request("/setIlli").respond_with_json({})
        yield servidor
