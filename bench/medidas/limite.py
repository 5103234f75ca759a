"""(a) The limit: hand-written, set-based SQL on the same server, from a script that stands outside this project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.medidas.base import LOTE, Oficina
from erp.config.embutido import RAIZ

BANCO = "limite"


def script() -> Path | None:
    """Where the script is (LIMITE, else beside the checkout), or None where it is not."""
    caminho = Path(os.environ.get("LIMITE") or RAIZ.parent / "shared" / "bench" / "limite.py")
    return caminho if caminho.is_file() else None


class Limite:
    """A database of its own on the run's server: its VACUUM ANALYZE is its own, like ours is ours."""

    nome = "limite"

    def __init__(self, oficina: Oficina, caminho: Path) -> None:
        self.oficina, self.caminho = oficina, caminho
        oficina.criar_banco(BANCO)

    def rodada(self) -> dict[str, float]:
        comando = [
            sys.executable, str(self.caminho), self.oficina.pasta.servidor.url(BANCO), "--rodadas", "1",
            "--operacoes", str(self.oficina.operacoes), "--lote", str(LOTE), "--conexoes", "2",
        ]  # fmt: skip
        feito = subprocess.run(comando, capture_output=True, text=True, check=False)
        if feito.returncode:
            raise RuntimeError(f"{self.caminho} terminou com {feito.returncode}:\n{feito.stderr[-2000:]}")
        medianas: dict[str, float] = json.loads(feito.stdout.splitlines()[-1])["medianas"]
        return {"limite.receber": medianas["receber"], "limite.processar": medianas["processar"],
                "limite.ponta_a_ponta": medianas["ponta_a_ponta"]}  # fmt: skip

    def encerrar(self) -> None:
        """Each round is a process of its own, and over."""
