"""The text of a cell -> a value. Each reader raises ValueError with a message for a tired person."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from erp.cadastros.textos import normalizar

_SIM = {"SIM", "S", "1", "TRUE", "VERDADEIRO", "X", "ATIVO", "ATIVA"}
_NAO = {"NAO", "N", "0", "FALSE", "FALSO", "INATIVO", "INATIVA"}
_BRASILEIRO = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+),\d+", re.ASCII)
_SIMPLES = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d{1,2})?", re.ASCII)
_LETRAS_MAXIMO = 30


def texto(maximo: int) -> Callable[[str], str]:
    def ler(celula: str) -> str:
        valor = " ".join(celula.split())
        if any(not c.isprintable() for c in valor):
            raise ValueError("há um caractere que não se imprime; digite o texto de novo")
        if len(valor) > maximo:
            raise ValueError(f"tem {len(valor)} letras e cabem {maximo}")
        return valor

    return ler


def inteiro(minimo: int, maximo: int) -> Callable[[str], int]:
    def ler(celula: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,19}", celula):
            raise ValueError(f"«{celula[:40]}» não é um número inteiro")
        valor = int(celula)
        if not minimo <= valor <= maximo:
            raise ValueError(f"{valor} está fora do intervalo de {minimo} a {maximo}")
        return valor

    return ler


def digitos(tamanhos: frozenset[int]) -> Callable[[str], str]:
    """A code made of digits only, one of these lengths."""

    def ler(celula: str) -> str:
        valor = re.sub(r"[\s.-]", "", celula)
        if not valor.isascii() or not valor.isdigit():
            raise ValueError(f"«{celula[:40]}» deveria ter só números")
        if len(valor) not in tamanhos:
            aceitos = ", ".join(map(str, sorted(tamanhos)))
            raise ValueError(
                f"«{valor[:40]}» tem {len(valor)} dígitos; o certo é {aceitos}. O Excel tira zeros à esquerda"
            )
        return valor

    return ler


def decimal(
    casas: int, *, minimo: Decimal = Decimal(0), maximo: Decimal = Decimal("9999999999")
) -> Callable[[str], Decimal]:
    """`1.234,56`, `1234,56` or `1234.56`. With no comma the dot is the decimal point, as spreadsheets write it."""

    def ler(celula: str) -> Decimal:
        valor = _numero(celula)
        if not minimo <= valor <= maximo:  # before rounding, which has no room for 1e99
            raise ValueError(f"{celula[:40]} está fora do intervalo de {minimo} a {maximo}")
        if valor != round(valor, casas):
            raise ValueError(f"{celula[:40]} tem mais de {casas} casas depois da vírgula")
        return round(valor, casas)

    return ler


def _numero(celula: str) -> Decimal:
    limpo = re.sub(r"^R\$\s*", "", celula).replace(" ", "").replace("\u00a0", "")
    if _BRASILEIRO.fullmatch(limpo):
        limpo = limpo.replace(".", "").replace(",", ".")
    if len(limpo) > _LETRAS_MAXIMO or not _SIMPLES.fullmatch(limpo):
        raise ValueError(f"«{celula[:40]}» não é um número; escreva como 1234,56")
    valor = Decimal(limpo)
    # a spreadsheet's binary fraction: 0.1 + 0.2 arrives as 0.30000000000000004
    return round(valor, 10) if 15 < len(limpo) and abs(valor) < 10**15 else valor


def sim_ou_nao(celula: str) -> bool:
    valor = normalizar(celula)
    if valor not in _SIM | _NAO:
        raise ValueError(f"«{celula[:40]}» não é sim nem não")
    return valor in _SIM


def data(celula: str) -> date:
    for formato in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(celula, formato).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    raise ValueError(f"«{celula[:40]}» não é uma data; escreva como 31/12/2026")


def opcao(opcoes: Mapping[str, str]) -> Callable[[str], str]:
    """One of these values, or its label, whatever the case and accents."""
    aceitas = {normalizar(nome): valor for valor, rotulo in opcoes.items() for nome in (valor, rotulo)}

    def ler(celula: str) -> str:
        valor = aceitas.get(normalizar(celula))
        if valor is None:
            raise ValueError(f"«{celula[:40]}» não existe; use {', '.join(opcoes)}")
        return valor

    return ler
