"""What stands for a CPF in the database: a digest that only this installation can make, and the mask.

A CPF has so few values that a digest without a secret is undone in minutes. With the secret key changed, what was
kept is not found any more: it costs a query, and shows nothing to anybody.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.crypto import salted_hmac

_SAL: Final = "erp.consultas"


def chave_do_cpf(cpf: str) -> bytes:
    """Of the person: finds what was asked of it."""
    return salted_hmac(_SAL, f"cpf {cpf}", algorithm="sha256").digest()


def chave_da_pergunta(cpf: str, nascimento: date) -> bytes:
    """Of the question: an answer is for a CPF with that date of birth, and for no other."""
    return salted_hmac(_SAL, f"pergunta {cpf} {nascimento.isoformat()}", algorithm="sha256").digest()
