"""Masking: what an audit event may keep of personal data and of secrets. Pure functions.

A value is masked by the name of its field (`cpf`, `senha`) or by its shape (a text with a valid CPF in it), so
that a field nobody thought of does not leak. Numbers under a name that says nothing are left alone.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from validate_docbr import CNPJ, CPF

OCULTO = "***"

_SEGREDOS = re.compile(
    r"senha|password|passwd|secret|segredo|token|credencia(l|is)|api_?key|chave_?api|chave_privada|private_?key"
    r"|authorization|cookie|certificado_?pfx|(^|_)(hash|csc|pin|cvv|key)($|_)",
    re.IGNORECASE,
)
_DOCUMENTOS = re.compile(r"cpf|cnpj|cgc|(^|_)documento($|_)", re.IGNORECASE)
_TELEFONES = re.compile(r"telefone|celular|whats|(^|_)(fone|tel|ddd_fone|phone|mobile)\d*($|_)", re.IGNORECASE)
_EMAILS = re.compile(r"e_?mail", re.IGNORECASE)

_CHAVE_NOSSA = re.compile(r"\brtg_([0-9a-z]+)_[0-9a-zA-Z]+")
_AUTORIZACAO = re.compile(r"\b(Bearer|Basic|Api-Key)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_CNPJ_FORMATADO = re.compile(r"(?<!\w)[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2}(?!\w)", re.IGNORECASE)
_CNPJ_CORRIDO = re.compile(r"(?<!\w)[0-9A-Z]{12}\d{2}(?!\w)", re.IGNORECASE)
_CPF_FORMATADO = re.compile(r"(?<!\w)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\w)")
_CPF_CORRIDO = re.compile(r"(?<!\w)\d{11}(?!\w)")
_TELEFONE_FORMATADO = re.compile(r"(?<!\w)(?:\+?55[\s.-]?)?(?:\(\d{2}\)\s?|\d{2}[\s-])9?\d{4}[\s.-]\d{4}(?!\w)")
# The area codes in use: a run of eleven digits that is no phone and no CPF is somebody's number of something.
_DDD = r"(?:1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[13-579]|8[1-9]|9[1-9])"
_TELEFONE_CORRIDO = re.compile(rf"(?<![\w.])(?:\+55\d{{10,11}}|(?:55)?{_DDD}9\d{{8}})(?!\w)")
# A text without any of these has nothing to hide: a mark, the shape of a CNPJ, ten digits with little between them.
_SUSPEITO = re.compile(
    r"@|rtg_|eyJ|Bearer|Basic|Api-Key|[0-9A-Z]{12}\d\d|[0-9A-Z]{3}/[0-9A-Z]{4}-\d\d|\d(?:[\s().-]{0,2}\d){9}",
    re.IGNORECASE,
)
_SEPARADORES = re.compile(r"[\s.,/()+-]")


def mascarar(valores: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with personal data and secrets masked at any depth; keys stay as they are.

    >>> mascarar({"cpf": "52998224725", "senha": "x", "total": 10})
    {'cpf': '***.982.247-**', 'senha': '***', 'total': 10}
    """
    return {str(nome): mascarar_campo(str(nome), valor) for nome, valor in valores.items()}


def mascarar_campo(nome: str, valor: Any) -> Any:
    """One value, masked by its field's name, else by its shape."""
    if valor is None or isinstance(valor, bool):
        return valor
    if _e_segredo(nome):
        return OCULTO if valor != "" else ""
    if isinstance(valor, Mapping):
        return mascarar(valor)
    if isinstance(valor, list | tuple | set | frozenset):
        return [mascarar_campo(nome, item) for item in valor]
    if regra := _regra_do_nome(nome):
        return regra(str(valor)) if valor != "" else ""
    if isinstance(valor, bytes | bytearray | memoryview):
        return OCULTO
    return mascarar_texto(valor) if isinstance(valor, str) else valor


def mascarar_texto(texto: str) -> str:
    """A free text with every secret, document, e-mail and phone in it masked where it stands."""
    return mascarar_por_partes(texto) if _SUSPEITO.search(texto) else texto  # most of what a routine tells is not


def mascarar_por_partes(texto: str) -> str:
    """`mascarar_texto`, of a text that may have something to hide."""
    texto = _AUTORIZACAO.sub(r"\1 ***", texto)
    texto = _CHAVE_NOSSA.sub(r"rtg_\1_***", texto)
    texto = _JWT.sub(OCULTO, texto)
    texto = _EMAIL.sub(lambda m: mascarar_email(m[0]), texto)
    texto = _CNPJ_FORMATADO.sub(lambda m: mascarar_documento(m[0]), texto)
    texto = _CPF_FORMATADO.sub(lambda m: mascarar_documento(m[0]), texto)
    texto = _CNPJ_CORRIDO.sub(lambda m: mascarar_documento(m[0]) if _cnpj_valido(m[0]) else m[0], texto)
    texto = _CPF_CORRIDO.sub(lambda m: mascarar_documento(m[0]) if CPF().validate(m[0]) else m[0], texto)
    texto = _TELEFONE_FORMATADO.sub(lambda m: mascarar_telefone(m[0]), texto)
    return _TELEFONE_CORRIDO.sub(lambda m: mascarar_telefone(m[0]), texto)


def mascarar_documento(texto: str) -> str:
    """CPF as `***.982.247-**`, CNPJ (letters too) as `**.345.678/****-**`, anything else whole hidden.

    A document that lost its leading zeros (it was a number) is padded; 11 significant characters or fewer is a CPF.
    """
    limpo = _SEPARADORES.sub("", texto).upper()
    if not limpo.isalnum() or not limpo.isascii() or not 8 <= len(limpo) <= 14:
        return OCULTO
    if len(limpo) <= 11 and limpo.isdigit():
        limpo = limpo.zfill(11)
        return f"***.{limpo[3:6]}.{limpo[6:9]}-**"
    if len(limpo) < 12:
        return OCULTO
    limpo = limpo.zfill(14)
    return f"**.{limpo[2:5]}.{limpo[5:8]}/****-**"


def mascarar_telefone(texto: str) -> str:
    """Keeps the area code and the last two digits: `(21) *****-**99`; a number too short is whole hidden."""
    digitos = re.sub(r"\D", "", texto)
    if len(digitos) > 11 and digitos.startswith("55"):
        digitos = digitos[2:]
    if len(digitos) in (10, 11):
        return f"({digitos[:2]}) {'*' * (len(digitos) - 6)}-**{digitos[-2:]}"
    return OCULTO


def mascarar_email(texto: str) -> str:
    """Keeps the first letter and the domain: `m***@exemplo.com`."""
    nome, arroba, dominio = texto.partition("@")
    return f"{nome[:1]}***@{dominio}" if arroba and nome and dominio else OCULTO


@lru_cache(maxsize=4096)  # a routine names the same few fields a million times
def _e_segredo(nome: str) -> bool:
    return _SEGREDOS.search(nome) is not None


@lru_cache(maxsize=4096)
def _regra_do_nome(nome: str) -> Callable[[str], str] | None:
    for padrao, regra in (
        (_DOCUMENTOS, mascarar_documento),
        (_TELEFONES, mascarar_telefone),
        (_EMAILS, mascarar_email),
    ):
        if padrao.search(nome):
            return regra
    return None


def _cnpj_valido(texto: str) -> bool:
    return bool(CNPJ().validate(texto.upper()))
