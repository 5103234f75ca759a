"""Signals at the worst moments of starting processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bench.processos import SINAIS, Processos, interrupcao_depois, ouvir_sinais


@pytest.fixture(autouse=True)
def _sinais() -> Iterator[None]:
    antes = {sinal: signal.getsignal(sinal) for sinal in SINAIS}
    ouvir_sinais()
    yield
    for sinal, tratador in antes.items():
        signal.signal(sinal, tratador)


@pytest.mark.parametrize("sinal", SINAIS)
def test_o_sinal_que_chega_na_partida_e_ouvido_depois_dela(sinal: signal.Signals) -> None:
    feito = []
    with pytest.raises(KeyboardInterrupt, match=sinal.name), interrupcao_depois():
        signal.raise_signal(sinal)
        feito.append("a partida foi até o fim")
    assert feito
    with pytest.raises(KeyboardInterrupt):  # and from then on at once
        signal.raise_signal(sinal)


def test_o_processo_que_partia_quando_o_sinal_chegou_nao_fica_no_ar(tmp_path: Path) -> None:
    """The child itself signals, as soon as it is one: about when its parent learns its number."""
    avisa = ["sh", "-c", f"kill -TERM {os.getpid()}; exec sleep 600"]
    for _ in range(10):
        antes = set(psutil.Process().children())
        with pytest.raises(KeyboardInterrupt), Processos(tmp_path) as processos:
            processos.iniciar("avisa", avisa, {"PATH": os.environ["PATH"]})
            time.sleep(30)
        assert set(psutil.Process().children()) == antes
