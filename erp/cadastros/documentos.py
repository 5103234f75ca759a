"""CPF and CNPJ as people write and may read them."""

import re

from django.core.exceptions import ValidationError
from validate_docbr import CNPJ

from auditoria.rules import mascarar_documento

PERMISSAO = "cadastros.ver_documentos"


def limpar(texto: str) -> str:
    """Letters and digits only, upper case: `12.abc.345/01de-35` -> `12ABC34501DE35`."""
    if texto.isascii() and texto.isalnum():  # as most come
        return texto.upper()
    return re.sub(r"[^0-9A-Z]", "", texto.upper())


def validar_cnpj(texto: str) -> None:
    """Raise ValidationError unless empty or a CNPJ with right check digits, letters allowed (in force since 2026)."""
    if texto and not CNPJ().validate(limpar(texto)):
        raise ValidationError("CNPJ inválido: confira os 14 caracteres e os dois dígitos finais.")


def formatar(documento: str) -> str:
    """With its punctuation, when it has the length of a CPF or a CNPJ."""
    if len(documento) == 11:
        return f"{documento[:3]}.{documento[3:6]}.{documento[6:9]}-{documento[9:]}"
    if len(documento) == 14:
        return f"{documento[:2]}.{documento[2:5]}.{documento[5:8]}/{documento[8:12]}-{documento[12:]}"
    return documento


def mostrar(documento: str, *, inteiro: bool) -> str:
    """A customer's document, or a code that is one: whole for who may see it (`PERMISSAO`), else masked."""
    if not documento or not (documento.isalnum() and len(documento) in (11, 14)):
        return documento
    return formatar(documento) if inteiro else mascarar_documento(documento)
