"""Text as searches compare it."""

import re
import unicodedata
from typing import Any

from django.db.models import Func, TextField
from django.db.models.functions import Cast


def normalizar(texto: str) -> str:
    """Upper case without accents; apostrophe and hyphen become a space; spaces collapse."""
    sem_acento = "".join(c for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c))
    return " ".join(sem_acento.upper().replace("'", " ").replace("-", " ").split())


def palavras(texto: str) -> list[str]:
    """The words of a text: runs of A-Z and 0-9 once it is upper case without accents."""
    return re.findall("[A-Z0-9]+", normalizar(texto))


class PalavrasSql(Func):
    """`palavras` of some columns joined by spaces, as an immutable SQL expression: for a generated column."""

    function = None
    arg_joiner = " || ' ' || "
    template = (
        "left(btrim(regexp_replace(upper(regexp_replace(normalize(%(expressions)s, NFKD), "
        "U&'[\\0300-\\036F]', '', 'g')), '[^A-Z0-9]+', ' ', 'g')), 400)"
    )
    output_field = TextField()

    def __init__(self, *campos: str, **extra: Any) -> None:
        super().__init__(*(Cast(campo, TextField()) for campo in campos), **extra)
