"""Who a person is to the trail: the digits of a CPF or a CNPJ, never written down as they are."""

from __future__ import annotations

import re
from typing import Final

from validate_docbr import CNPJ, CPF

from auditoria.pessoas.mestra import chaves_mestras, indice

PREFIXO: Final = "pessoa-"
_TAMANHOS: Final = frozenset({11, 14})
_FORA = re.compile(r"[^0-9A-Z]")
_PONTUADO = re.compile(r"[\s./-]")
_MENOR, _MAIOR = min(_TAMANHOS), 20  # of a document as it is written: longer names are not even looked at


def normalizar(documento: str) -> str:
    """Letters and digits only, upper case: however it was written, it is the same person."""
    return _FORA.sub("", documento.upper())


def e_documento(texto: str) -> bool:
    """Whether this very text, without punctuation, is a CPF or a CNPJ that checks."""
    if len(texto) not in _TAMANHOS or not texto.isalnum():
        return False
    return bool(CPF().validate(texto) if len(texto) == 11 else CNPJ().validate(texto))


def indices(documento: str) -> list[bytes]:
    """How the keys of a person are found: by the master key in use, then by the former ones."""
    limpo = normalizar(documento)
    return [indice(mestra, limpo) for mestra in chaves_mestras()]


def referencia(objeto_id: str) -> str:
    """What names an object in an event: itself, unless it is a person's document, as the code of a customer may be.

    The same document gives the same name, however it was written, so that what happened to one object is found by it.
    """
    limpo = _sem_pontuacao(objeto_id)
    return _nome(indices(limpo)[0]) if e_documento(limpo) else objeto_id


def referencias(objeto_id: str) -> list[str]:
    """Every name that events may have of this object: the present one, those of former master keys, and itself.

    Itself both as it was written and without punctuation: events of before version 0.6 have documents as they are.
    """
    limpo = _sem_pontuacao(objeto_id)
    if not e_documento(limpo):
        return [objeto_id]
    return [*(_nome(achado) for achado in indices(limpo)), *dict.fromkeys((limpo, objeto_id))]


def nomes_da_pessoa(nome: str) -> list[str]:
    """What names a person in the events of requests about one, whatever the master key then: the present name first."""
    return [_nome(achado) for achado in indices(nome)]


def _sem_pontuacao(texto: str) -> str:
    return _PONTUADO.sub("", texto).upper() if _MENOR <= len(texto) <= _MAIOR else texto


def _nome(achado: bytes) -> str:
    return PREFIXO + achado.hex()[:32]
