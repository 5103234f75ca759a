"""PostgreSQL killed and restarted while tills replicate and workers post: nothing lost, nothing twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RAIZ = Path(__file__).resolve().parents[2]


def rodar(operacoes: int, reinicios: int) -> None:
    comando = [
        sys.executable,
        "-m",
        "tests.falhas.reinicio",
        "--operacoes",
        str(operacoes),
        "--reinicios",
        str(reinicios),
    ]
    feito = subprocess.run(comando, cwd=RAIZ, capture_output=True, text=True, check=False)
    assert feito.returncode == 0, feito.stdout[-5000:] + feito.stderr[-5000:]
    assert feito.stdout.count("reinício") == reinicios
    assert feito.stdout.rstrip().endswith("CONFERE")


@pytest.mark.prova  # a minute; the queue's own (test_fila_morta.py) is in every run of the suite
@pytest.mark.timeout(900)
def test_banco_que_cai_duas_vezes_no_meio_do_movimento_nao_perde_nem_dobra_nada() -> None:
    rodar(operacoes=200, reinicios=2)


@pytest.mark.prova
@pytest.mark.timeout(3600)
def test_banco_que_cai_doze_vezes_no_meio_do_movimento_nao_perde_nem_dobra_nada() -> None:
    rodar(operacoes=4000, reinicios=12)
