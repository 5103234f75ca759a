"""How long to wait before asking again: never at the same moment as the other tills."""

import signal
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random
from types import FrameType

BASE = 1.0
MAXIMA = 300.0
SEM_ACESSO = 300.0
PEDIDA_MAXIMA = 3600.0
LINHA_BASE = 60.0
LINHA_MAXIMA = 3600.0
_FATIA = 0.2


def da_falha(falhas: int, pedida: float | None, sorteio: Random) -> float:
    """Seconds after the `falhas`th failure in a row: doubling, with jitter; never less than the server asked for."""
    propria = min(MAXIMA, BASE * 2.0 ** min(falhas - 1, 20)) * sorteio.uniform(0.5, 1.0)
    if pedida is None:
        return propria
    return max(propria, min(pedida, PEDIDA_MAXIMA) * sorteio.uniform(1.0, 1.1))


def sem_acesso(sorteio: Random) -> float:
    """Seconds until a key or an address that was refused is tried again."""
    return SEM_ACESSO * sorteio.uniform(0.8, 1.2)


def da_linha(tentativas: int, sorteio: Random) -> timedelta:
    """Until a refused row is offered again: a minute, doubling up to an hour."""
    segundos = min(LINHA_MAXIMA, LINHA_BASE * 2.0 ** min(tentativas, 10))
    return timedelta(seconds=segundos * sorteio.uniform(0.75, 1.25))


class Parada:
    """SIGTERM and Ctrl-C ask for an end, once politely; the second time they end the process."""

    def __init__(self) -> None:
        self.pedida = False

    def instalar(self) -> Callable[[], None]:
        """Listen to the signals; returns how to stop listening."""
        anteriores = {sinal: signal.signal(sinal, self._pedir) for sinal in (signal.SIGTERM, signal.SIGINT)}

        def desinstalar() -> None:
            for sinal, anterior in anteriores.items():
                signal.signal(sinal, anterior)

        return desinstalar

    def _pedir(self, sinal: int, quadro: FrameType | None) -> None:
        self.pedida = True
        signal.signal(sinal, signal.SIG_DFL)

    def dormir(self, segundos: float) -> None:
        """Sleep in slices, for a signal does not cut a sleep short."""
        fim = time.monotonic() + segundos
        while not self.pedida and (falta := fim - time.monotonic()) > 0:
            time.sleep(min(_FATIA, falta))
