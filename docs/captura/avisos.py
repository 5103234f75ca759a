"""Waiting for what a stand-in tells: its webhooks come over HTTP, and are worked here as they come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from erp.provedores.services import processar_pendentes

SEGUNDOS_MAXIMO: Final = 60.0


def esperar(chegou: Callable[[], bool]) -> None:
    """Until what was told is here. TimeoutError when nobody tells it."""
    limite = time.monotonic() + SEGUNDOS_MAXIMO
    while True:
        processar_pendentes()
        if chegou():
            return
        if time.monotonic() > limite:
            raise TimeoutError(f"{SEGUNDOS_MAXIMO:.0f} s esperando um aviso de provedor")
        time.sleep(0.05)
