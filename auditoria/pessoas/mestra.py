"""The key that wraps the keys of people, and the digest that finds them. It never enters the database.

Without it nothing that was encrypted is read again: it is kept as a password is, and apart from the backups.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from auditoria.segredos import esconder

ARQUIVO: Final = "chave_mestra_da_auditoria"
TAMANHO: Final = 32
_EMBRULHO, _INDICE = b"retaguarda.auditoria.pessoas.embrulho.v1", b"retaguarda.auditoria.pessoas.indice.v1"


def chaves_mestras() -> tuple[bytes, ...]:
    """The one in use first, then those that came before it: what they wrapped is still read."""
    dada: str = settings.AUDITORIA_CHAVE_MESTRA
    if dada:
        return tuple(_ler(parte.strip(), "AUDITORIA_CHAVE_MESTRA") for parte in dada.split(",") if parte.strip())
    return (_guardada(Path(settings.RETAGUARDA_DADOS) / ARQUIVO),)


@functools.lru_cache(maxsize=8)
def chave_de_embrulho(mestra: bytes) -> bytes:
    """What wraps: derived, so that the same bytes never serve two purposes."""
    return HKDF(algorithm=SHA256(), length=TAMANHO, salt=None, info=_EMBRULHO).derive(mestra)


def indice(mestra: bytes, documento: str) -> bytes:
    """The digest of a document that only who has the master key can make: a CPF has too few values for any other."""
    return hmac.digest(_chave_do_indice(mestra), documento.encode(), sha256)


@functools.lru_cache(maxsize=8)
def _chave_do_indice(mestra: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=TAMANHO, salt=None, info=_INDICE).derive(mestra)


@functools.lru_cache(maxsize=8)
def _ler(texto: str, de_onde: str) -> bytes:
    try:
        lida = base64.b64decode(texto, validate=True)
    except ValueError:
        lida = b""
    if len(lida) != TAMANHO:
        raise ImproperlyConfigured(
            f"A chave mestra da auditoria não pôde ser lida: esperados {TAMANHO} bytes em base64 (openssl rand -base64 32). "
            f"Corrija {de_onde}."
        )
    esconder(texto)  # the one of the file too, which no setting holds
    return lida


def _guardada(arquivo: Path) -> bytes:
    return _do_arquivo(arquivo, _criar_se_faltar(arquivo))


@functools.lru_cache(maxsize=4)
def _do_arquivo(arquivo: Path, _marca: tuple[int, int]) -> bytes:
    return _ler(arquivo.read_text(encoding="ascii").strip(), f"o arquivo {ARQUIVO} da pasta dos dados")


def _criar_se_faltar(arquivo: Path) -> tuple[int, int]:
    """What tells this file from another of the same name, for whoever remembers what was in it."""
    if not arquivo.exists():
        arquivo.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _criar(arquivo)
    estado = arquivo.stat()
    return estado.st_ino, estado.st_mtime_ns


def _criar(arquivo: Path) -> None:
    """Whole or not at all, and the first of two processes wins: written aside, then linked into place."""
    parcial = arquivo.with_name(f".{arquivo.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descritor = os.open(parcial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descritor, "w", encoding="ascii") as saida:
            saida.write(base64.b64encode(secrets.token_bytes(TAMANHO)).decode())
        with contextlib.suppress(FileExistsError):  # the other process won: its key is the one read back
            os.link(parcial, arquivo)
    finally:
        parcial.unlink(missing_ok=True)
