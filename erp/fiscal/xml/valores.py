"""Texts to values. What cannot be one becomes zero or empty, and is noted."""

import re
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from erp.fiscal.xml.arvore import Campos
from erp.fiscal.xml.documento import ZERO, Aviso, CodigoDeAviso

BRASILIA = timezone(timedelta(hours=-3))
FUSO_MAXIMO = timedelta(hours=14)  # beyond it PostgreSQL refuses the value
TETO = Decimal(10) ** 13  # what a column of 15 digits, two of them decimals, holds
CENTAVO = Decimal("0.01")
LIMITE_DE_AVISOS = 50  # of a broken file of 10,000 items nobody reads more

_DINHEIRO = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?").fullmatch
_NUMERO = re.compile(r"[0-9]{1,11}(?:\.[0-9]{1,10})?").fullmatch
_DINHEIRO_LONGO = re.compile(r"[0-9]{1,12}\.[0-9]{3,20}").fullmatch
_INTEIRO = re.compile(r"[0-9]{1,9}").fullmatch


# Prices and quantities repeat from note to note: finding one costs a fifth of reading it. Long texts stay out.
_MAIOR_NUMERO = 22


@lru_cache(maxsize=4096)
def _ler_dinheiro(texto: str) -> Decimal | None:
    return Decimal(texto) if _DINHEIRO(texto) else None


@lru_cache(maxsize=4096)
def _ler_numero(texto: str) -> Decimal | None:
    return Decimal(texto) if _NUMERO(texto) else None


def reais(valor: Decimal) -> str:
    """`1234.5` as `1234,50`, for messages."""
    return f"{valor:.2f}".replace(".", ",")


class Leitor:
    """Takes values out of `Campos` and collects what was wrong; `onde` says in which part of the document."""

    __slots__ = ("avisos", "onde")

    def __init__(self) -> None:
        self.avisos: list[Aviso] = []
        self.onde = ""

    def avisar(self, codigo: CodigoDeAviso, mensagem: str) -> None:
        if len(self.avisos) < LIMITE_DE_AVISOS:
            self.avisos.append(Aviso(codigo, f"{self.onde}: {mensagem}" if self.onde else mensagem))

    def dinheiro(self, campos: Campos, tag: str) -> Decimal:
        """Money with two decimals; zero when absent, or when it is not a number (VALOR_INVALIDO)."""
        texto = campos.get(tag)
        if texto is None:
            return ZERO
        if len(texto) <= _MAIOR_NUMERO and (lido := _ler_dinheiro(texto)) is not None:
            return lido
        texto = texto.strip()
        if _DINHEIRO(texto):
            return Decimal(texto)
        if _DINHEIRO_LONGO(texto):
            valor = Decimal(texto).quantize(CENTAVO, ROUND_HALF_UP)
            if valor != Decimal(texto):
                self.avisar("VALOR_ARREDONDADO", f"{tag} {texto} tem mais de duas casas: lido {reais(valor)}")
            return self.limitar(valor)
        self._invalido(tag, texto)
        return ZERO

    def numero(self, campos: Campos, tag: str) -> Decimal:
        """A quantity or a unit value: up to 11 digits and 10 decimals; zero when absent or not a number."""
        texto = campos.get(tag)
        if texto is None:
            return ZERO
        if len(texto) <= _MAIOR_NUMERO and (lido := _ler_numero(texto)) is not None:
            return lido
        texto = texto.strip()
        if _NUMERO(texto):
            return Decimal(texto)
        self._invalido(tag, texto)
        return ZERO

    def inteiro(self, campos: Campos, tag: str) -> int:
        """Up to nine digits; zero when absent or not a number."""
        texto = (campos.get(tag) or "").strip()
        if _INTEIRO(texto):
            return int(texto)
        if texto:
            self._invalido(tag, texto)
        return 0

    def ordinal(self, texto: str | None, ordem: int) -> int:
        """The number that an item gives itself, or its place."""
        if texto == str(ordem):
            return ordem
        return self.inteiro({"nItem": texto}, "nItem") or ordem

    def texto(self, campos: Campos, tag: str, limite: int) -> str:
        """Prose, cut at the limit of its field."""
        texto = campos.get(tag)
        return texto.strip()[:limite] if texto else ""

    def codigo(self, campos: Campos, tag: str, limite: int) -> str:
        """Letters and digits, upper case; empty, and noted, when it does not fit: half a code would be another code."""
        texto = campos.get(tag)
        if not texto:
            return ""
        if len(texto) > limite or not texto.isalnum():
            texto = texto.strip()
        if len(texto) <= limite and texto.isalnum() and texto.isascii():
            return texto.upper()
        if texto:
            self.avisar("CODIGO_INVALIDO", f"{tag} esperado com até {limite} letras e algarismos, veio {texto[:40]!r}")
        return ""

    def data_hora(self, campos: Campos, tag: str) -> datetime | None:
        """An aware moment; without an offset it is taken as -03:00 and noted; None when absent or unreadable."""
        texto = (campos.get(tag) or "").strip()
        if not texto:
            return None
        try:
            momento = datetime.fromisoformat(texto)
        except ValueError:
            self.avisar("DATA_INVALIDA", f"{tag} {texto[:40]!r} não é uma data e hora")
            return None
        if not 2000 <= momento.year <= 2100:
            self.avisar("DATA_INVALIDA", f"{tag} {texto[:40]!r} está fora de 2000 a 2100")
            return None
        fuso = momento.utcoffset()
        if fuso is None:
            self.avisar("DATA_SEM_FUSO", f"{tag} {texto[:40]!r} não diz o fuso: lido como -03:00")
            return momento.replace(tzinfo=BRASILIA)
        if abs(fuso) > FUSO_MAXIMO:
            self.avisar("DATA_INVALIDA", f"{tag} {texto[:40]!r} tem um fuso que não existe")
            return None
        return momento

    def limitar(self, valor: Decimal) -> Decimal:
        """A computed sum, or zero, noted, when it is negative or passes what any column holds."""
        if 0 <= valor < TETO:
            return valor
        self.avisar("VALOR_INVALIDO", f"a soma {reais(valor)} está fora do limite: lida como zero")
        return ZERO

    def _invalido(self, tag: str, texto: str) -> None:
        self.avisar("VALOR_INVALIDO", f"{tag} esperado um número, veio {texto[:40]!r}: lido como zero")
