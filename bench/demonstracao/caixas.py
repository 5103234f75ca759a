"""The tills of the demonstration: each its own database, its own key, its own processes."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.pasta import Pasta
from bench.processos import Processos
from bench.terminal import Terminal, contar_replicadas, ler_terminal
from erp.cadastros.exemplo import LinhaProduto


class ComandoFalhou(Exception):
    """Um comando do PDV terminou com erro."""


@dataclass
class Caixa:
    """One till. `semente` and CNPJ differ, so that no two sell the same."""

    pasta: Pasta
    processos: Processos
    codigo: int
    cnpj: str
    chave: str = ""
    envios: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def arquivo(self) -> Path:
        return self.pasta.raiz / f"terminal-{self.codigo}.sqlite3"

    @property
    def catalogo(self) -> Path:
        return self.pasta.raiz / "catalogo.csv"

    def simular(self, operacoes: int, erros: int) -> subprocess.Popen[str]:
        """Start simulating; `esperar` ends it."""
        return self._comando(
            "pdv_simular", "--operacoes", str(operacoes), "--ponto-venda", str(self.codigo), "--semente", str(self.codigo),
            "--cnpj", self.cnpj, "--erros", str(erros),
        )  # fmt: skip

    def transmitir(self) -> subprocess.Popen[str]:
        """The notes of contingency are authorised."""
        return self._comando("pdv_transmitir")

    def importar(self, pasta: Path) -> subprocess.Popen[str]:
        return self._comando(
            "pdv_importar_xml", str(pasta), "--ponto-venda", str(self.codigo), "--catalogo", str(self.catalogo)
        )

    def replicar(self, url: str, lote: int) -> subprocess.Popen[str]:
        """Start the replicator; it ends when nothing is pending any more."""
        envio = self._comando("pdv_replicar", "--url", url, "--lote", str(lote), PDV_CHAVE=self.chave)
        self.envios.append(envio)
        return envio

    def esperar(self, processo: subprocess.Popen[str]) -> str:
        """Until a command ends; returns what the till's commands said. Raises ComandoFalhou when it failed."""
        if processo.wait():
            raise ComandoFalhou(f"PDV {self.codigo}: código {processo.returncode}\n{self.dito()[-3000:]}")
        return self.dito()

    def dito(self) -> str:
        return self.processos.arquivo(f"pdv-{self.codigo}").read_text(errors="replace")

    def replicadas(self) -> tuple[int, int]:
        """Operations and notes replicated so far, of how many."""
        return contar_replicadas(self.arquivo)

    def ler(self) -> Terminal:
        return ler_terminal(self.codigo, self.arquivo)

    def produtos_importados(self) -> list[LinhaProduto]:
        if not self.catalogo.exists():
            return []
        with self.catalogo.open(newline="", encoding="utf-8") as arquivo:
            return [
                LinhaProduto(
                    int(x["codigo"]), x["codigo_barras"], x["descricao"], x["ncm"], x["unidade"], x["preco"]
                )
                for x in csv.DictReader(arquivo)
            ]  # fmt: skip

    def _comando(self, *argumentos: str, **ambiente: str) -> subprocess.Popen[str]:
        variaveis = self.pasta.variaveis(TERMINAL_DATABASE_URL=self.pasta.terminal(self.codigo), **ambiente)
        return self.processos.iniciar(f"pdv-{self.codigo}", [sys.executable, "manage.py", *argumentos], variaveis)


def abrir_caixas(pasta: Pasta, processos: Processos, cnpjs: Sequence[str]) -> list[Caixa]:
    return [Caixa(pasta, processos, codigo, cnpj) for codigo, cnpj in enumerate(cnpjs, 1)]
