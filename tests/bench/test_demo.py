"""The demonstration itself, small: it reconciles, kills what it says it kills, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

RAIZ = Path(__file__).resolve().parents[2]
SEGUNDOS = 420


@pytest.fixture
def demo() -> Iterator[subprocess.Popen[str]]:
    """A run of 60 operations under way."""
    comando = [sys.executable, "-m", "bench.demo", "--operacoes", "60"]
    processo = subprocess.Popen(comando, cwd=RAIZ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield processo
    finally:
        if processo.poll() is None:
            processo.terminate()  # it cleans up after itself
        processo.communicate()


def da_execucao(pid: int) -> list[str]:
    """Processes that were given the folder of that run."""
    achados = []
    for processo in psutil.process_iter():
        try:
            if f"demo-{pid}-" in processo.environ().get("RETAGUARDA_DADOS", ""):
                achados.append(processo.name())
        except psutil.Error:
            continue
    return achados


def esperar(demo: subprocess.Popen[str], programa: str) -> None:
    """Until that run has a process of this name."""
    limite = time.monotonic() + SEGUNDOS
    while not any(programa in nome for nome in da_execucao(demo.pid)):
        assert time.monotonic() < limite and demo.poll() is None
        time.sleep(0.1)


@pytest.mark.prova  # CI runs `make demo` itself, right before the tests
@pytest.mark.timeout(SEGUNDOS + 30)
def test_demo_confere_depois_das_quedas_e_nao_deixa_nada_no_ar(demo: subprocess.Popen[str]) -> None:
    dito, _ = demo.communicate(timeout=SEGUNDOS)
    assert demo.returncode == 0, dito
    assert "CONFERE: cada centavo e cada unidade" in dito
    assert "em tempo simulado: 21 contratos" in dito
    assert "Segunda retaguarda: " in dito
    assert "assinatura Ed25519: " in dito and "a trilha de quem fez o quê está íntegra" in " ".join(dito.split())
    for dos_provedores in ("Link de pagamento", "Pix de R$", "Carnê de", "Arquivo da adquirente", "assinado e marcado"):
        assert dos_provedores in dito
    assert "não lançaram nada de novo" in " ".join(dito.split())
    assert "SIGKILL no replicador do PDV 2" in dito
    assert "SIGKILL no trabalhador" in dito
    for codigo in ("PRODUTO_NAO_CADASTRADO", "PAGAMENTO_NAO_FECHA"):
        assert codigo in dito
    assert "9 operações e 9 notas reprocessadas" in dito
    assert not da_execucao(demo.pid)
    assert not list((RAIZ / ".dados").glob(f"demo-{demo.pid}-*"))


@pytest.mark.prova
@pytest.mark.timeout(SEGUNDOS + 30)
def test_ctrl_c_no_meio_nao_deixa_nada_no_ar(demo: subprocess.Popen[str]) -> None:
    esperar(demo, "gunicorn")
    os.kill(demo.pid, signal.SIGINT)
    dito, _ = demo.communicate(timeout=60)
    assert demo.returncode == 130, dito
    assert not da_execucao(demo.pid)
    assert not list((RAIZ / ".dados").glob(f"demo-{demo.pid}-*"))


@pytest.mark.timeout(2 * SEGUNDOS)
def test_o_que_uma_execucao_morta_deixou_a_seguinte_leva_embora(demo: subprocess.Popen[str]) -> None:
    esperar(demo, "postgres")
    demo.kill()
    demo.wait()
    assert da_execucao(demo.pid)
    apagar = "from bench.pasta import pasta_propria\nwith pasta_propria('demo'): pass"
    subprocess.run([sys.executable, "-c", apagar], cwd=RAIZ, check=True)
    assert not da_execucao(demo.pid)
    assert not list((RAIZ / ".dados").glob(f"demo-{demo.pid}-*"))


def test_pasta_que_nao_existe_e_dita_antes_de_comecar() -> None:
    comando = [sys.executable, "-m", "bench.demo", "--xml", "/nao/existe"]
    feito = subprocess.run(comando, cwd=RAIZ, capture_output=True, text=True, check=False)
    assert feito.returncode == 2
    assert "/nao/existe não é uma pasta" in feito.stderr
