"""The key that signs the digests, and the public keys that they are checked with.

The private key never enters the database: who has its password alone cannot sign. Nor do the names of the keys that were
in use before it: both are in the settings, and what the table of keys says makes no key one of ours.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from auditoria.models import ChaveAssinatura, Resumo

ARQUIVO: Final = "chave_da_auditoria.pem"
DOMINIO_DO_AVAL: Final = b"retaguarda.auditoria.chave.v1\n"


def chave_privada() -> Ed25519PrivateKey:
    """The key in use: that of the settings, else one made once and kept, mode 600, in the data folder."""
    dada: str = settings.AUDITORIA_CHAVE_ASSINATURA
    return _ler(dada) if dada else _guardada(Path(settings.RETAGUARDA_DADOS) / ARQUIVO)


def assinar(mensagem: bytes) -> str:
    """The signature of the key in use, in hexadecimal."""
    return chave_privada().sign(mensagem).hex()


def confere(publica: Ed25519PublicKey, assinatura: str, mensagem: bytes) -> bool:
    """Whether that key signed the message. What is no signature at all is a no."""
    try:
        publica.verify(bytes.fromhex(assinatura), mensagem)
    except (InvalidSignature, ValueError):
        return False
    return True


def impressao(publica: Ed25519PublicKey) -> str:
    """The fingerprint of a key: SHA-256 of its 32 bytes, in hexadecimal."""
    return hashlib.sha256(_crua(publica)).hexdigest()


def em_uso() -> ChaveAssinatura:
    """The row of the key in use, made the first time that it is. It vouches for nobody: the settings do.

    One that was taken out while digests name it is not put back, which would hide that: it is told, unsaved.
    """
    publica = chave_privada().public_key()
    digital = impressao(publica)
    achada = ChaveAssinatura.objects.filter(impressao=digital).first()
    if achada is not None:
        return achada
    campos = {"publica": em_pem(publica), "anteriores": anteriores(), "aval": _aval(), "desde": timezone.now()}
    primeiro = Resumo.objects.filter(chave=digital).order_by("dia").first()
    if primeiro is not None:
        return ChaveAssinatura(impressao=digital, **{**campos, "desde": primeiro.feito_em})
    linha, _ = ChaveAssinatura.objects.get_or_create(
        impressao=digital, defaults=campos
    )  # two processes may be the first
    return linha


def anteriores() -> list[str]:
    """The fingerprints of the keys that were in use before: from the settings, which the database's password does not reach."""
    return sorted({*settings.AUDITORIA_CHAVES_ANTERIORES} - {impressao(chave_privada().public_key())})


def confiaveis() -> dict[str, Ed25519PublicKey]:
    """The keys whose signatures prove something, by fingerprint: the one in use, and the former ones of the settings.

    A former key is read from the database: its fingerprint says whether it is the one that was meant.
    """
    atual = chave_privada().public_key()
    chaves = {impressao(atual): atual}
    for antiga in ChaveAssinatura.objects.filter(impressao__in=anteriores()):
        publica = _publica(antiga.publica)
        if publica is not None and _e_a(antiga.impressao, publica):
            chaves[antiga.impressao] = publica
    return chaves


def publicadas() -> dict[str, Any]:
    """What `/auditoria/chave` tells: the key in use, the former ones, newest first, and its signature over their names."""
    atual, boas = em_uso(), confiaveis()
    antigas = ChaveAssinatura.objects.filter(impressao__in=boas).exclude(pk=atual.pk)
    return {
        "algoritmo": "Ed25519", "atual": _para_fora(atual, boas), "anteriores": [_para_fora(c, boas) for c in antigas],
        "aval": _aval(),
    }  # fmt: skip


def em_pem(publica: Ed25519PublicKey) -> str:
    """A public key as it is handed out."""
    return publica.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def trocadas() -> list[str]:
    """Which of our keys the database has otherwise than they are, or has not: of the one in use, only once digests name it."""
    atual = impressao(chave_privada().public_key())
    linhas = dict(ChaveAssinatura.objects.values_list("impressao", "publica"))
    esperadas = [*anteriores(), *([atual] if atual in linhas or Resumo.objects.filter(chave=atual).exists() else [])]
    return [digital for digital in esperadas if not _e_a(digital, _publica(linhas.get(digital, "")))]


def situacao(linha: ChaveAssinatura) -> str:
    """What a row of the table of keys is to us, in a word or two."""
    if not _e_a(linha.impressao, _publica(linha.publica)):
        return "alterada"
    if linha.impressao == impressao(chave_privada().public_key()):
        return "em uso"
    return "anterior" if linha.impressao in anteriores() else "não é nossa"


def _e_a(digital: str, publica: Ed25519PublicKey | None) -> bool:
    return publica is not None and impressao(publica) == digital


def _para_fora(chave: ChaveAssinatura, boas: Mapping[str, Ed25519PublicKey]) -> dict[str, str]:
    return {"impressao": chave.impressao, "publica": em_pem(boas[chave.impressao]), "desde": chave.desde.isoformat()}


def _aval() -> str:
    """The key in use, over itself and the names of those before it."""
    dito = {"anteriores": anteriores(), "chave": _crua(chave_privada().public_key()).hex()}
    return assinar(DOMINIO_DO_AVAL + json.dumps(dito, sort_keys=True, separators=(",", ":")).encode())


def _crua(publica: Ed25519PublicKey) -> bytes:
    return publica.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _publica(pem: str) -> Ed25519PublicKey | None:
    try:
        lida = load_pem_public_key(pem.encode())
    except ValueError:
        return None
    return lida if isinstance(lida, Ed25519PublicKey) else None


@functools.lru_cache(maxsize=4)
def _ler(texto: str) -> Ed25519PrivateKey:
    try:
        if not texto.startswith("-----"):
            return Ed25519PrivateKey.from_private_bytes(base64.b64decode(texto, validate=True))
        lida = load_pem_private_key(texto.encode(), password=None)
    except (ValueError, TypeError):
        lida = None
    if not isinstance(lida, Ed25519PrivateKey):
        raise ImproperlyConfigured(
            "A chave que assina os resumos da auditoria não pôde ser lida: esperada uma chave Ed25519, em PEM (PKCS#8, sem "
            f"senha) ou 32 bytes em base64. Corrija AUDITORIA_CHAVE_ASSINATURA, ou o arquivo {ARQUIVO} da pasta dos dados."
        )
    return lida


def _guardada(arquivo: Path) -> Ed25519PrivateKey:
    arquivo.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not arquivo.exists():
        _guardar(arquivo)
    return _ler(arquivo.read_text(encoding="ascii"))


def _guardar(arquivo: Path) -> None:
    """Whole or not at all, and the first of two processes wins: written aside, then linked into place."""
    parcial = arquivo.with_name(f".{arquivo.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descritor = os.open(parcial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descritor, "wb") as saida:
            nova = Ed25519PrivateKey.generate()
            saida.write(nova.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with contextlib.suppress(FileExistsError):  # the other process won: its key is the one read back
            os.link(parcial, arquivo)
    finally:
        parcial.unlink(missing_ok=True)
