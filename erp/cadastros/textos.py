"""Text as searches compare it."""

import unicodedata


def normalizar(texto: str) -> str:
    """Upper case without accents; apostrophe and hyphen become a space; spaces collapse."""
    sem_acento = "".join(c for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c))
    return " ".join(sem_acento.upper().replace("'", " ").replace("-", " ").split())
