"""The archive: every sealed event again, in MongoDB, where there is one (`AUDITORIA_MONGO_URL`).

`remessa` ships, `conferencia` holds the archive against the seals, `leitura` shows what a changed event was, `estado`
says how it goes. Only `colecao` knows MongoDB; it and what imports it are loaded when they are first used (`servico`), for
the driver costs a sixth of a second and ten megabytes, and most processes never need it.
"""

from typing import Final

from django.db import connections

ALIAS: Final = "arquivo"


def configurado() -> bool:
    """Whether there is an archive at all. Without one everything else works the same."""
    return ALIAS in connections.settings


class ArquivoForaDoAr(RuntimeError):
    """O arquivo da auditoria não respondeu como devia."""

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
