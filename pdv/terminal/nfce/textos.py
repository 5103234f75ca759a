"""Texts as the layout takes them."""

from unicodedata import combining, normalize


def texto(texto: str, limite: int, minimo: int = 1) -> str:
    """As TString takes it: Latin-1 without controls, no blank at the ends, dots up to `minimo`; escaped for XML."""
    if not (texto.isascii() and texto.isprintable()):
        texto = "".join(c if " " <= c <= "ÿ" and c.isprintable() else _sem_acento(c) for c in texto)
    texto = " ".join(texto.split())[:limite].rstrip().ljust(minimo, ".")
    return texto.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sem_acento(caractere: str) -> str:
    """The nearest ASCII: `ő` to `o`; a blank for what has none."""
    simples = "".join(c for c in normalize("NFKD", caractere) if not combining(c) and "!" <= c <= "~")
    return simples or " "
