"""Reading the environment: every value is checked here, and a bad one stops the start with a sentence.

Each function takes the variable's name and its default, and raises `ImproperlyConfigured` saying the name, what was
expected and what was found. Secrets are never repeated in the message.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import secrets
from collections.abc import Iterable
from datetime import time
from email.utils import parseaddr
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from auditoria.segredos import esconder

VERDADEIROS = frozenset({"1", "true", "t", "yes", "y", "on", "ok", "sim", "s"})
FALSOS = frozenset({"0", "false", "f", "no", "n", "off", "nao", "não", ""})
TAMANHO_MINIMO_DA_CHAVE = 32
BANCOS = {"postgresql": "postgresql", "postgres": "postgresql", "psql": "postgresql", "pgsql": "postgresql"}
CORRETORES = ("redis", "rediss", "amqp", "amqps", "pyamqp", "sentinel", "sqla+postgresql+psycopg2")
CORREIOS = ("smtp", "smtp+tls", "smtp+ssl")
MONGOS = ("mongodb", "mongodb+srv")
MONGO_BANCO = "retaguarda"
MONGO_OPCOES: dict[str, Any] = {
    "w": "majority", "readConcernLevel": "majority", "readPreference": "primary", "wTimeoutMS": 15_000,
    "serverSelectionTimeoutMS": 5_000, "connectTimeoutMS": 5_000, "socketTimeoutMS": 30_000, "maxPoolSize": 4,
    "uuidRepresentation": "standard", "appname": "retaguarda",
}  # fmt: skip
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

NIVEIS = ("DEBUG", "INFO", "WARNING", "ERROR")
FORMATOS = ("json", "texto")

env = environ.Env()


def _recusar(nome: str, esperado: str, recebido: str | None = None) -> ImproperlyConfigured:
    fim = "" if recebido is None else f", recebido {recebido!r}"
    return ImproperlyConfigured(f"{nome}: esperado {esperado}{fim}. Corrija a variável de ambiente ou o arquivo .env.")


def carregar_arquivo(caminho: Path) -> None:
    """Read `.env` if it is there; what the environment already says wins."""
    if caminho.exists():
        environ.Env.read_env(str(caminho))


def texto(nome: str, padrao: str = "") -> str:
    return str(env.str(nome, default=padrao)).strip()


def logico(nome: str, padrao: bool) -> bool:
    if nome not in os.environ:
        return padrao
    valor = texto(nome).lower()
    if valor not in VERDADEIROS | FALSOS:
        raise _recusar(nome, "sim ou não (1, 0, true, false)", valor)
    return valor in VERDADEIROS


def inteiro(nome: str, padrao: int, *, minimo: int, maximo: int) -> int:
    bruto = texto(nome, str(padrao))
    try:
        valor = int(bruto)
    except ValueError:
        raise _recusar(nome, "um número inteiro", bruto) from None
    if not minimo <= valor <= maximo:
        raise _recusar(nome, f"um número de {minimo} a {maximo}", bruto)
    return valor


def escolha(nome: str, padrao: str, opcoes: Iterable[str]) -> str:
    opcoes = tuple(opcoes)
    valor = texto(nome, padrao)
    if valor not in opcoes:
        raise _recusar(nome, f"uma destas opções: {', '.join(opcoes)}", valor)
    return valor


def identificador(nome: str, padrao: str) -> str:
    """A piece of an address: letters, digits, point, hyphen, underscore."""
    valor = texto(nome) or padrao
    if not re.fullmatch(r"[A-Za-z0-9._-]{8,100}", valor):
        raise _recusar(nome, "de 8 a 100 letras, números, pontos, hifens e sublinhados")
    return valor


def lista(nome: str, padrao: list[str]) -> list[str]:
    if nome not in os.environ:
        return padrao
    valores = [parte.strip() for parte in texto(nome).split(",") if parte.strip()]
    if not valores:
        raise _recusar(nome, "ao menos um valor, separados por vírgula")
    return valores


def origens(nome: str) -> list[str]:
    """Origins as CSRF wants them: scheme and host, `https://retaguarda.exemplo.com.br`."""
    valores = lista(nome, [])
    for valor in valores:
        partes = urlsplit(valor)
        if partes.scheme not in ("http", "https") or not partes.netloc or partes.path:
            raise _recusar(nome, "endereços como https://retaguarda.exemplo.com.br", valor)
    return valores


def banco(nome: str, esquemas: Iterable[str], *, engine: str = "") -> dict[str, Any] | None:
    """The Django database of a URL, or None where the variable is absent or empty. The URL may hold a password.

    `engine` takes the place of Django's own backend.
    """
    url = texto(nome)
    if not url:
        return None
    esquema = url.partition("://")[0]
    if esquema not in tuple(esquemas):
        raise _recusar(nome, f"uma URL começando por {', '.join(f'{e}://' for e in esquemas)}", f"{esquema}://...")
    try:
        lido: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except (ValueError, ImproperlyConfigured):
        raise _recusar(nome, f"uma URL como {esquema}://usuario:senha@servidor:porta/banco") from None
    if not lido.get("NAME"):
        raise _recusar(nome, "uma URL com o nome do banco no fim")
    return lido | ({"ENGINE": engine} if engine else {})


def mongo(nome: str) -> dict[str, Any] | None:
    """The Django database of a MongoDB URL, or None where the variable is absent or empty. The URL may hold a password.

    Whatever the URL says, a write is acknowledged by most of the servers and a read is of what they have acknowledged,
    and nobody waits for ever. The URL goes whole to the driver, which alone reads lists of servers and DNS.
    """
    url = texto(nome)
    if not url:
        return None
    esquema, _, resto = url.partition("://")
    servidores, _, caminho = resto.partition("/")
    banco_dito = unquote(caminho.partition("?")[0])
    if esquema not in MONGOS:
        raise _recusar(nome, f"uma URL começando por {' ou '.join(f'{e}://' for e in MONGOS)}", f"{esquema[:30]}")
    if not servidores.rpartition("@")[2] or not url.isprintable() or " " in url or set(banco_dito) & set('/\\. "$'):
        raise _recusar(nome, f"uma URL como {esquema}://usuario:senha@servidor:porta/banco")
    senha = servidores.rpartition("@")[0].partition(":")[2]
    for forma in (senha, unquote(senha)):
        esconder(forma)
    return {
        "ENGINE": "django_mongodb_backend",
        "NAME": banco_dito or MONGO_BANCO,
        "HOST": url,
        "OPTIONS": dict(MONGO_OPCOES),
    }


def corretor(nome: str) -> str:
    """The broker's URL, or empty. It may hold a password, so only its scheme is ever repeated."""
    url = texto(nome)
    esquema = url.partition("://")[0]
    if url and (esquema not in CORRETORES or "://" not in url):
        raise _recusar(nome, f"uma URL começando por {', '.join(f'{c}://' for c in CORRETORES)}", f"{esquema[:30]}")
    return url


def endereco_http(nome: str) -> str:
    """An address of http or https, or empty. Credentials in it are refused: they would be shown wherever it is."""
    url = texto(nome)
    if not url:
        return ""
    exemplo = "um endereço como https://servidor.exemplo.com.br/caminho"
    try:
        partes = urlsplit(url)
        certo = partes.scheme in ("http", "https") and bool(partes.hostname) and partes.port != 0
    except ValueError:
        raise _recusar(nome, exemplo) from None
    if "@" in partes.netloc:
        raise _recusar(nome, f"{exemplo}, sem usuário nem senha")
    if not certo or partes.fragment or not url.isprintable() or " " in url:
        raise _recusar(nome, exemplo, f"{partes.scheme[:30]}://...")
    return url


def credencial(nome: str) -> str:
    """A secret that goes in a header, or empty: printable ASCII without spaces. It is never repeated, nor logged."""
    valor = texto(nome)
    if not (valor.isascii() and valor.isprintable()) or " " in valor:
        raise _recusar(nome, "letras, números e sinais sem acento nem espaço", f"{len(valor)} caracteres")
    esconder(valor)
    return valor


def credenciais(nome: str) -> str:
    """Several secrets separated by commas, or empty; spaces around each are nobody's. Each is hidden by itself too."""
    partes = [parte.strip() for parte in texto(nome).split(",")]
    for parte in partes:
        if not (parte.isascii() and parte.isprintable()) or " " in parte:
            raise _recusar(
                nome,
                "letras, números e sinais sem acento nem espaço, separados por vírgula",
                f"{len(parte)} caracteres",
            )
        esconder(parte)
        esconder(parte.rstrip("="))  # as some programs write what is in base64
    return ",".join(parte for parte in partes if parte)


def chave_ed25519(nome: str) -> str:
    """A private key: PEM (its line breaks may be written as \\n) or the 32 bytes of its seed in base64; or empty."""
    valor = texto(nome).replace("\\n", "\n")
    if valor and not valor.startswith("-----BEGIN PRIVATE KEY-----"):
        try:
            certo = len(base64.b64decode(valor, validate=True)) == 32
        except ValueError:
            certo = False
        if not certo:
            raise _recusar(nome, "uma chave Ed25519: PEM (PKCS#8, sem senha) ou 32 bytes em base64")
    for linha in valor.splitlines():
        if not linha.startswith("-----"):
            esconder(linha)
    return valor


def impressoes(nome: str) -> list[str]:
    """Fingerprints (SHA-256, in hexadecimal), after commas; or none."""
    valores = [parte.strip().lower() for parte in texto(nome).split(",") if parte.strip()]
    for valor in valores:
        if not re.fullmatch(r"[0-9a-f]{64}", valor):
            raise _recusar(nome, "impressões de 64 dígitos hexadecimais, separadas por vírgula", valor)
    return valores


class Correio(NamedTuple):
    """Where e-mail is handed over."""

    servidor: str = "localhost"
    porta: int = 25
    usuario: str = ""
    senha: str = ""
    starttls: bool = False
    tls: bool = False


def correio(nome: str) -> Correio:
    """The server of a URL: `smtp://`, `smtp+tls://` (STARTTLS) or `smtp+ssl://`. It may hold a password."""
    url = texto(nome)
    if not url:
        return Correio()
    partes = urlsplit(url)
    try:
        porta = partes.port
    except ValueError:
        porta = -1
    if partes.scheme not in CORREIOS or not partes.hostname or porta == -1:
        esperado = " ou ".join(f"{c}://usuario:senha@servidor:porta" for c in CORREIOS)
        raise _recusar(nome, esperado, f"{partes.scheme[:30]}://...")
    starttls, tls = partes.scheme == "smtp+tls", partes.scheme == "smtp+ssl"
    padrao = 465 if tls else 587 if starttls else 25
    return Correio(
        partes.hostname, porta or padrao, unquote(partes.username or ""), unquote(partes.password or ""), starttls, tls
    )


def faixa_de_horas(nome: str, padrao: str) -> tuple[time, time]:
    """Two hours of the day, `20:00-08:00`; equal ones mean none."""
    valor = texto(nome) or padrao
    de, _, ate = valor.partition("-")
    try:
        return time.fromisoformat(de.strip()), time.fromisoformat(ate.strip())
    except ValueError:
        raise _recusar(nome, "duas horas, como 20:00-08:00", valor) from None


def enderecos(nome: str) -> list[str]:
    """E-mail addresses, separated by commas; none when the variable is absent or empty."""
    valores = [parte.strip() for parte in texto(nome).split(",") if parte.strip()]
    for valor in valores:
        if not _EMAIL.fullmatch(valor):
            raise _recusar(nome, "endereços de e-mail separados por vírgula", valor)
    return valores


def remetente(nome: str) -> str:
    """An address, with a name before it or not: `Loja Exemplo <avisos@exemplo.com.br>`."""
    valor = texto(nome)
    endereco = parseaddr(valor)[1]
    if valor and (not _EMAIL.fullmatch(endereco) or "\n" in valor or "\r" in valor):
        raise _recusar(nome, "um endereço, como Loja Exemplo <avisos@exemplo.com.br>", valor)
    return valor


def chave_secreta(nome: str, pasta: Path) -> str:
    """SECRET_KEY of the environment; else one made once and kept, mode 600, in the data folder."""
    dada = texto(nome)
    if not dada:
        return _chave_guardada(pasta / "chave_secreta")
    if len(dada) < TAMANHO_MINIMO_DA_CHAVE:
        raise _recusar(nome, f"ao menos {TAMANHO_MINIMO_DA_CHAVE} caracteres", f"{len(dada)} caracteres")
    return dada


def _chave_guardada(arquivo: Path) -> str:
    try:
        arquivo.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not arquivo.exists():
            _guardar_chave(arquivo)
        guardada = arquivo.read_text(encoding="ascii").strip()
    except OSError as erro:
        raise ImproperlyConfigured(
            f"SECRET_KEY ausente, e {arquivo} não pôde ser lido ou criado ({erro.strerror}). "
            "Defina SECRET_KEY ou aponte RETAGUARDA_DADOS para uma pasta onde se possa gravar."
        ) from None
    if len(guardada) < TAMANHO_MINIMO_DA_CHAVE:
        raise ImproperlyConfigured(f"{arquivo} está truncado: apague-o (as sessões abertas caem) ou defina SECRET_KEY.")
    return guardada


def _guardar_chave(arquivo: Path) -> None:
    """Whole or not at all, and the first of two processes wins: written aside, then linked into place."""
    parcial = arquivo.with_name(f".{arquivo.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descritor = os.open(parcial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descritor, "w", encoding="ascii") as saida:
            saida.write(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):  # the other process won: its key is the one read back
            os.link(parcial, arquivo)
    finally:
        parcial.unlink(missing_ok=True)
