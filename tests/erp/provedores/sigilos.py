"""What must never be written: values that nothing else is like, and every form in which one may be written."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from hashlib import sha256
from urllib.parse import quote, quote_plus

CPF = "11144477735"
TELEFONE = "31987650123"
PESSOAIS = {
    "cpf": CPF, "cpf com pontos": "111.444.777-35", "telefone": TELEFONE, "telefone formatado": "(31) 98765-0123",
    "telefone com país": "+5531987650123", "e-mail": "sigilosa@exemplo.com.br",
}  # fmt: skip


def credencial(nome: str) -> str:
    """A word that is like no other."""
    return f"Sgl-{sha256(nome.encode()).hexdigest()[:24]}"


def formas(valor: str) -> Iterator[str]:
    """As it is, in an address, and what is always there of it in base64, wherever it begins."""
    yield valor
    yield quote(valor, safe="")
    yield quote_plus(valor)
    for antes in range(3):
        inteiro = base64.b64encode(b"\0" * antes + valor.encode()).decode().rstrip("=")
        yield inteiro[(0, 2, 3)[antes] : -1]


def vazados(texto: str, valores: Mapping[str, str]) -> list[str]:
    """Which of them are in the text, each with the line that has it."""
    achados = []
    for nome, valor in valores.items():
        for forma in dict.fromkeys(formas(valor)):
            if (onde := texto.find(forma)) >= 0:
                inicio, fim = texto.rfind("\n", 0, onde) + 1, texto.find("\n", onde)
                achados.append(f"{nome} ({forma}): {texto[max(inicio, onde - 300) : min(fim, onde + 200)]}")
                break
    return achados
