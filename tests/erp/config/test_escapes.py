"""What nobody caught is written masked, in every process of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from erp.config.embutido import RAIZ

GENTE = "529.982.247-25 maria.silva@exemplo.com"
# What the web and the worker call when they begin, and then an exception in a thread, in a destructor and in the process.
_FIM = f"""
import sys, threading
from celery.signals import setup_logging
nossos = sys.excepthook, threading.excepthook, sys.unraisablehook
for comecar in (lambda: setup_logging.send(None), lambda: __import__("erp.config.gunicorn")):
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
    sys.unraisablehook = sys.__unraisablehook__
    comecar()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == nossos

def falhar(de_que):
    raise ValueError(f"{{de_que}}: {GENTE}")

class Coisa:
    def __del__(self):
        falhar("objeto")

linha = threading.Thread(target=falhar, args=["linha"], name="envio")
linha.start()
linha.join()
Coisa()
falhar("processo")
"""


def test_a_excecao_que_ninguem_tratou_sai_mascarada_do_processo_da_linha_e_do_objeto(tmp_path: Path) -> None:
    comando = [sys.executable, "manage.py", "shell", "--no-imports", "-c", _FIM]
    ambiente = os.environ | {"TMPDIR": str(tmp_path), "LOG_NIVEL": "WARNING", "LOG_FORMATO": "json"}
    feito = subprocess.run(comando, cwd=RAIZ, env=ambiente, capture_output=True, text=True, timeout=60)
    assert feito.returncode == 1
    assert "529.982" not in feito.stdout + feito.stderr and "maria.silva" not in feito.stdout + feito.stderr
    linhas = [json.loads(linha) for linha in feito.stderr.splitlines()]  # the log's, nothing else
    assert [(linha["event"], linha["level"]) for linha in linhas] == [
        ("Exceção que ninguém tratou (linha envio).", "critical"),
        ("Exceção que ninguém tratou (objeto).", "critical"),
        ("Exceção que ninguém tratou (processo).", "critical"),
    ]
    for linha, onde in zip(linhas, ("linha", "objeto", "processo"), strict=True):
        assert f"ValueError: {onde}: ***" in linha["exception"] and "in falhar" in linha["exception"]


def test_antes_de_haver_registro_o_rastro_sai_mascarado_como_o_python_o_escreve(tmp_path: Path) -> None:
    fim = f"from erp.config import escapes; escapes.cobrir(); raise ValueError('{GENTE}')"
    feito = subprocess.run([sys.executable, "-c", fim], cwd=RAIZ, capture_output=True, text=True, timeout=60)
    assert feito.returncode == 1 and "529.982" not in feito.stderr
    assert feito.stderr.startswith("Traceback") and "ValueError: ***" in feito.stderr
