"""Masking: what an audit event, or a log, may keep of personal data and of secrets. Pure, but for `segredos`.

A value is masked by the name of its field (`cpf`, `senha`) or by its shape (a text with a valid CPF in it), so
that a field nobody thought of does not leak. Numbers under a name that says nothing are left alone. A secret of this
process is masked wherever it is.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from validate_docbr import CNPJ, CPF

from auditoria import segredos

OCULTO = segredos.OCULTO

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
_WEBHOOK = re.compile(r"(/webhooks/+[\w.-]+/+)[^/\s?\"']+", re.IGNORECASE)  # the secret of its address
_CONSULTA = re.compile(r"([?&]([\w.%\[\]-]{1,60})=)([^&\s\"'<>#]+)")  # one field of an address's query
_ESCAPE = re.compile(r"%[0-9A-F]{2}", re.IGNORECASE)
# What PostgreSQL says of the row that it refused: every value of it.
_DETALHE = re.compile(r"\b(DETA(?:IL|LHE):\s+(?:\w+ \([^()\n]*\)=)?)[^\n]*\([^\n]*")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_CNPJ_FORMATADO = re.compile(r"(?<!\d)[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2}(?!\d)", re.IGNORECASE)
_CNPJ = re.compile(  # in one run, in groups, or by its bar alone: when its check digits hold
    r"(?<!\d)(?:\d{14}|\d{2}[\s.-]\d{3}[\s.-]\d{3}[\s.-]\d{4}[\s.-]\d{2}|\d{8}/\d{4}[\s-]?\d{2})(?!\d)"
    r"|(?<![0-9A-Z])[0-9A-Z]{12}\d{2}(?![0-9A-Z])",
    re.IGNORECASE,
)
_CPF_FORMATADO = re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}")
_CPF = re.compile(r"(?<!\d)\d{3}[\s.-]?\d{3}[\s.-]?\d{3}(?:\s?[-./]\s?|\s)?\d{2}(?!\d)")
_NUMERO_OU_IP = re.compile(r"\d{9}\.\d\d|(?:[01]\d\d|2[0-4]\d|25[0-5])(?:\.(?:[01]\d\d|2[0-4]\d|25[0-5])){2}\.\d\d")
# What stands in a long run of these is a part of a hash, of an identifier, of a ciphertext.
_HEXADECIMAL = re.compile(r"[0-9A-F-]*[A-F][0-9A-F-]*", re.IGNORECASE)
_DE_HEXADECIMAL, _LONGO = frozenset("0123456789abcdefABCDEF-"), 24
# The area codes in use: a run of eleven digits that is no phone and no CPF is somebody's number of something.
_DDD = r"(?:1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[13-579]|8[1-9]|9[1-9])"
_ROTULO = r"(?<=_)|(?<=tel)|(?<=cel)|(?<=one)|(?<=zap)|(?<=app)"  # telefone21987654321, foto_21987654321.jpg
_PAIS = r"(?:\+?55[\s.-]?)?"
_TELEFONE_FORMATADO = re.compile(
    rf"(?:(?<!\d)(?=\d)|(?=[+(]))(?:(?:(?<!\w)|{_ROTULO}){_PAIS}(?:(?:\(0?\d{{2}}\)\s?|0?\d{{2}}[\s-])9?\d{{4}}[\s.-]\d{{4}}"
    rf"|0?{_DDD}[\s-]9(?:[\s.-](?!(?:19|20)\d\d))?\d{{4}}[\s.-]?\d{{4}})(?!\d)"
    rf"|{_PAIS}\(0?{_DDD}\)\s?(?:9[\s.-]?\d{{4}}|[2-5]\d{{3}})[\s.-]?\d{{4}}(?!\d)"
    r"|\+55[\s.-]?\(?\d{2}\)?[\s.-]?9?[\s.-]?\d{4}[\s.-]?\d{4}(?!\d))",
    re.IGNORECASE,
)
_TELEFONE_CORRIDO = re.compile(
    rf"(?<!\d)(?=\d)(?:(?<![\w.])|(?<=[^\W\d]\.)|{_ROTULO})(?:55)?{_DDD}9\d{{8}}(?![^\W_])", re.IGNORECASE
)
# A text without any of these has nothing to hide: a mark, the shape of a CNPJ, ten digits with little between them.
_SUSPEITO = re.compile(
    r"@|rtg_|eyJ|/webhooks/|Bearer|Basic|Api-Key|[0-9A-Z]{12}\d\d|[0-9A-Z]{3}/[0-9A-Z]{4}[\s-]?\d\d|\d(?:[\s().-]{0,2}\d){9}"
    r"|\d{3}(?:\s-\s|\s?/\s?)\d\d"
    r"|[?&][\w.%\[\]-]+=|%[0-9A-F]{2}|DETA(?:IL|LHE):",
    re.IGNORECASE,
)
# Most texts have neither, and two quick looks say so: everything above has one of these marks, two digits, or a word.
_SINAL = re.compile(r"[@_=%:/]|\d[\s().-]{0,2}\d")
_PALAVRA = re.compile("bearer|basic|api-key|eyj")
_NOME = re.compile(r"[A-Za-z_]{1,40}\d?")
_SIMPLES = frozenset({str, int, float, Decimal})
_SEPARADORES = re.compile(r"[\s.,/()+-]")


def mascarar(valores: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with personal data and secrets masked at any depth. A key stays as it is, unless it is personal data itself.

    >>> mascarar({"cpf": "52998224725", "senha": "x", "total": 10})
    {'cpf': '***.982.247-**', 'senha': '***', 'total': 10}
    """
    mascarados: dict[str, Any] = {}
    for chave, valor in valores.items():
        nome = str(chave)
        mascarados[nome if _e_nome(nome) else _nome_livre(mascarar_texto(nome), mascarados)] = mascarar_campo(
            nome, valor
        )
    return mascarados


def mascarar_campo(nome: str, valor: Any) -> Any:
    """One value, masked by its field's name, else by its shape."""
    if valor is None or isinstance(valor, bool):
        return valor
    if _e_segredo(nome):
        return OCULTO if valor != "" else ""
    if type(valor) in _SIMPLES:  # most values of most events, before the questions that cost more
        if regra := _regra_do_nome(nome):
            return regra(str(valor)) if valor != "" else ""
        return mascarar_texto(valor) if type(valor) is str else valor
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
    texto = segredos.sem_segredos(texto)
    if (_SINAL.search(texto) or _PALAVRA.search(texto.casefold())) and _SUSPEITO.search(texto):
        return mascarar_por_partes(texto)
    return texto


def mascarar_por_partes(texto: str) -> str:
    """`mascarar_texto`, of a text that may have something to hide; what an address hides by its escapes too."""
    if (
        _ESCAPE.search(texto)
        and (lido := segredos.sem_segredos(unquote_plus(texto))) != texto
        and (limpo := _pela_forma(lido)) != lido
    ):
        return limpo
    return _pela_forma(segredos.sem_segredos(texto))


def _pela_forma(texto: str) -> str:
    texto = _DETALHE.sub(r"\1***", texto)
    texto = _CONSULTA.sub(_campo_da_consulta, texto)
    texto = _AUTORIZACAO.sub(r"\1 ***", texto)
    texto = _CHAVE_NOSSA.sub(r"rtg_\1_***", texto)
    texto = _JWT.sub(OCULTO, texto)
    texto = _WEBHOOK.sub(r"\1***", texto)
    if "@" in texto:  # without one the pattern walks a long run of digits once for each
        texto = _EMAIL.sub(lambda m: mascarar_email(m[0]), texto)
    texto = _CNPJ_FORMATADO.sub(lambda m: mascarar_documento(m[0]), texto)
    texto = _CNPJ.sub(_se_for_cnpj, texto)
    texto = _CPF.sub(_se_for_cpf, texto)
    texto = _TELEFONE_FORMATADO.sub(_telefone, texto)
    return _TELEFONE_CORRIDO.sub(_telefone, texto)


def _se_for_cnpj(achado: re.Match[str]) -> str:
    limpo = _SEPARADORES.sub("", achado[0]).upper()
    return mascarar_documento(limpo) if CNPJ().validate(limpo) and not _em_hexadecimal(achado) else achado[0]


def _se_for_cpf(achado: re.Match[str]) -> str:
    """By its punctuation alone, or by its check digits when it may be anything."""
    texto = achado[0]
    if not _CPF_FORMATADO.fullmatch(texto) and (
        not CPF().validate(_SEPARADORES.sub("", texto)) or _NUMERO_OU_IP.fullmatch(texto) or _em_hexadecimal(achado)
    ):
        return texto
    return mascarar_documento(texto)


def _telefone(achado: re.Match[str]) -> str:
    return achado[0] if _em_hexadecimal(achado) else mascarar_telefone(achado[0])


def _em_hexadecimal(achado: re.Match[str]) -> bool:
    """By what is near: a long text of many documents is not walked whole for each."""
    texto, (de, ate) = achado.string, achado.span()
    comeco, fim = max(0, de - _LONGO), min(len(texto), ate + _LONGO)
    while de > comeco and texto[de - 1] in _DE_HEXADECIMAL:
        de -= 1
    while ate < fim and texto[ate] in _DE_HEXADECIMAL:
        ate += 1
    return ate - de >= _LONGO and _HEXADECIMAL.fullmatch(texto, de, ate) is not None


def _nome_livre(nome: str, usados: Mapping[str, Any]) -> str:
    """Two persons may have one mask: neither takes the other's place."""
    vez, livre = 1, nome
    while livre in usados:
        vez += 1
        livre = f"{nome} ({vez})"
    return livre


def _campo_da_consulta(achado: re.Match[str]) -> str:
    nome = unquote_plus(achado[2])
    return f"{achado[1]}{OCULTO}" if _e_segredo(nome) or _regra_do_nome(nome) else achado[0]


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
    digitos = re.sub(r"\D", "", texto).lstrip("0")
    if len(digitos) > 11 and digitos.startswith("55"):
        digitos = digitos[2:].lstrip("0")
    if len(digitos) in (10, 11):
        return f"({digitos[:2]}) {'*' * (len(digitos) - 6)}-**{digitos[-2:]}"
    return OCULTO


def mascarar_email(texto: str) -> str:
    """Keeps the first letter and the domain: `m***@exemplo.com`."""
    nome, arroba, dominio = texto.partition("@")
    return f"{nome[:1]}***@{dominio}" if arroba and nome and dominio else OCULTO


def mascarar_nome(valor: Any) -> str | None:
    """The first letter of each word: `M*** D*** S***`. What is empty stays so."""
    return valor if valor is None else " ".join(f"{palavra[0]}***" for palavra in str(valor).split())


def ocultar(valor: Any) -> str | None:
    """Nothing of it, but whether there was something."""
    return valor if valor is None else OCULTO if str(valor) else ""


@lru_cache(maxsize=4096)  # as below
def _e_nome(nome: str) -> bool:
    """Whether a key is a word of a program, which hides nothing: only of the others is the shape looked at."""
    return _NOME.fullmatch(nome) is not None


@lru_cache(maxsize=4096)  # a routine names the same few fields a million times
def _e_segredo(nome: str) -> bool:
    return _SEGREDOS.search(nome.replace("-", "_")) is not None  # as headers are called


@lru_cache(maxsize=4096)
def _regra_do_nome(nome: str) -> Callable[[str], str] | None:
    for padrao, regra in (
        (_DOCUMENTOS, mascarar_documento),
        (_TELEFONES, mascarar_telefone),
        (_EMAILS, mascarar_email),
    ):
        if padrao.search(nome.replace("-", "_")):
            return regra
    return None
