"""Numbers as a Brazilian reads them, in lists and pages."""

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString


def texto_numero(valor: Decimal, casas: int, minimo: int = 0) -> str:
    """At most `casas` decimals, at least `minimo`, without useless zeros: `1.234,5`."""
    texto = f"{valor:,.{casas}f}"
    inteiros, _, decimais = texto.partition(".")
    decimais = decimais.rstrip("0").ljust(minimo, "0")
    return inteiros.replace(",", ".") + (f",{decimais}" if decimais else "")


def texto_reais(valor: Decimal) -> str:
    """`1.234,50`."""
    return texto_numero(valor, 2, 2)


def numero(valor: Decimal, casas: int, minimo: int = 0) -> SafeString:
    """For a cell of a list: never broken, red when negative."""
    return _celula(texto_numero(valor, casas, minimo), valor < 0)


def reais(valor: Decimal) -> SafeString:
    return _celula(texto_reais(valor), valor < 0)


def _celula(texto: str, negativo: bool) -> SafeString:
    cor = "text-red-700 dark:text-red-400" if negativo else ""
    return format_html('<span class="valor block text-right whitespace-nowrap {}">{}</span>', cor, texto)
