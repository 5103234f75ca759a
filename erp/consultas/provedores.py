"""The providers of CPF queries that there are. Another one is a line here, and a module like its siblings."""

from __future__ import annotations

from typing import Final

from erp.consultas.infosimples import Infosimples
from erp.consultas.serpro import Serpro

PROVEDORES: Final = (Infosimples(), Serpro())


def algum_configurado() -> bool:
    """Known as settings are read, before the ports are registered."""
    return any(p.configurado() for p in PROVEDORES)
