"""What a measure is, and what every one is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from django.db import connections

from bench.cadastro import limpar_e_analisar
from bench.chegada import receber
from bench.pasta import Pasta
from bench.processos import Processos
from bench.unidades import FILIAIS, PDVS_POR_FILIAL, Pdv, Unidade, fabricar

LOTE = 500


@dataclass
class Oficina:
    """The run: its folder and processes, the tills of its company, and a chance that is the same every time."""

    pasta: Pasta
    processos: Processos
    pdvs: list[Pdv]
    operacoes: int
    avisar: Callable[[str], None]
    sorteio: Random = field(default_factory=lambda: Random(7))
    rss_mb: float = 0.0  # the highest of any worker so far
    rodadas_feitas: int = 0

    def fornada(self, pdvs: list[Pdv]) -> list[list[Unidade]]:
        """A round's units: as many from each filial, all from one of its tills (in turn), in batches of up to LOTE."""
        self.rodadas_feitas += 1
        por_filial = self.operacoes // FILIAIS
        vez = self.rodadas_feitas % PDVS_POR_FILIAL
        return [
            fabricar(self.sorteio, pdvs[filial + FILIAIS * vez], min(LOTE, por_filial - inicio))
            for inicio in range(0, por_filial, LOTE)
            for filial in range(FILIAIS)
        ]

    def chegar(self, pdvs: list[Pdv], banco: str = "default") -> int:
        """Stage a round's units by COPY; returns how many."""
        fornada = self.fornada(pdvs)
        limpar_e_analisar(banco)
        for lote in fornada:
            receber(lote, banco)
        return sum(map(len, fornada))

    def criar_banco(self, nome: str, modelo: str = "template0") -> None:
        """A further database on the run's server. A model must have no connections."""
        with connections["manutencao"].cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{nome}" TEMPLATE "{modelo}"')

    def abrir_banco(self, nome: str) -> None:
        """Make a database reachable from here under its own name."""
        connections.settings[nome] = connections.settings["default"] | {"NAME": nome}

    def notar_memoria(self, mb: float) -> None:
        self.rss_mb = max(self.rss_mb, mb)


class Medida(Protocol):
    """Rounds of several measures are interleaved, so that a machine that slows down slows all of them."""

    nome: str

    def rodada(self) -> dict[str, float]:
        """One round: figures by name."""

    def encerrar(self) -> None:
        """Let go of processes that would disturb other measures."""
