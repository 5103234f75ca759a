"""Route files too old to matter: they have people's addresses, so they do not stay for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.core.files.storage import default_storage

from erp.visitas.services.rotas import PASTA


def esquecer_rotas(*, antes_de: date) -> int:
    """Delete the files of days before one, also those that no row names; returns how many. The rows stay."""
    apagados = 0
    for dia, pasta in _pastas():
        if dia >= antes_de:
            continue
        for arquivo in default_storage.listdir(pasta)[1]:
            default_storage.delete(f"{pasta}/{arquivo}")
            apagados += 1
        default_storage.delete(pasta)  # empty by now
    return apagados


def _pastas() -> Iterator[tuple[date, str]]:
    """(day, its folder) of all that is kept."""
    for ano in _dentro(PASTA):
        for mes in _dentro(f"{PASTA}/{ano}"):
            for dia in _dentro(f"{PASTA}/{ano}/{mes}"):
                yield date(int(ano), int(mes), int(dia)), f"{PASTA}/{ano}/{mes}/{dia}"


def _dentro(pasta: str) -> list[str]:
    if not default_storage.exists(pasta):
        return []
    return sorted(nome for nome in default_storage.listdir(pasta)[0] if nome.isdecimal())
