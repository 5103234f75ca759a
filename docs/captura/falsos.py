"""The stand-ins of the providers, on free ports, and the settings by which everybody here talks to them.

One of the emitters of notes and one of the two that answer about CPFs are left out: a provider that is not configured
has a picture too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from django.conf import settings

from erp.provedores.falsos import falsos

DE_FORA: Final = ("plugnotas", "serpro")


@contextmanager
def no_ar(retaguarda: str) -> Iterator[Mapping[str, Any]]:
    """Each stand-in by name, telling this address; this process and those it starts from now on are configured for them."""
    with ExitStack() as pilha:
        feitos: dict[str, Any] = {f.nome: f.fabrica(0, retaguarda) for f in falsos() if f.nome not in DE_FORA}
        ajustes = {
            "RETAGUARDA_URL": retaguarda, "SINCRONIZACAO_URL": retaguarda, "SINCRONIZACAO_CHAVE": "chave-so-destas-fotos",
        }  # fmt: skip
        for falso in feitos.values():
            pilha.enter_context(falso)
            ajustes |= falso.ajustes()
        for nome, valor in ajustes.items():
            setattr(settings, nome, valor)
        os.environ.update(ajustes)
        yield feitos
