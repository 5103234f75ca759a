"""What a measure is, and what every one is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from django.db import connection

from bench.cadastro import limpar_e_analisar
from bench.chegada import receber
from bench.pasta import Pasta
from bench.processos import Processos
from bench.unidades import FILIAIS, PDVS_POR_FILIAL, Pdv, fabricar

OPERACOES = 5_000
LOTE = 500


@dataclass
class Oficina:
    """The run: its folder, its processes, the tills, and the sort of chance that is the same every time."""

    pasta: Pasta
    processos: Processos
    pdvs: list[Pdv]
    operacoes: int = OPERACOES
    sorteio: Random = field(default_factory=lambda: Random(7))
    rodada_atual: int = 0
    rss_mb: float = 0.0  # the highest of any worker so far

    def chegar(self) -> None:
        """Stage a round's units: every filial gets as many, from one of its tills in turn, in batches of LOTE."""
        limpar_e_analisar()
        por_filial = self.operacoes // FILIAIS
        self.rodada_atual += 1
        for filial in range(FILIAIS):
            pdv = self.pdvs[filial + FILIAIS * (self.rodada_atual % PDVS_POR_FILIAL)]
            for inicio in range(0, por_filial, LOTE):
                receber(fabricar(self.sorteio, pdv, min(LOTE, por_filial - inicio)))

    def criar_banco(self, nome: str, modelo: str = "template0") -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{nome}" TEMPLATE "{modelo}"')

    def notar_memoria(self, mb: float) -> None:
        self.rss_mb = max(self.rss_mb, mb)


class Medida(Protocol):
    """Rounds of several measures are interleaved, so that a machine that slows down slows all of them."""

    nome: str

    def rodada(self) -> dict[str, float]:
        """One round: figures by name."""
