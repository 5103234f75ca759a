"""(b) Processing alone: units staged by COPY beforehand, two worker processes empty the staging."""

from __future__ import annotations

from bench.equipe import Equipe
from bench.medidas.base import Oficina


class Processar:
    nome = "processar"

    def __init__(self, oficina: Oficina) -> None:
        self.oficina = oficina
        self.equipe = Equipe(oficina.processos, oficina.pasta.variaveis())

    def rodada(self) -> dict[str, float]:
        quantas = self.oficina.chegar(self.oficina.pdvs)
        feito = self.equipe.drenar()
        self.oficina.notar_memoria(feito.rss_mb)
        if feito.efetuadas != 2 * quantas:  # each with its note
            raise RuntimeError(f"{feito.efetuadas} linhas lançadas, esperadas {2 * quantas}")
        return {"processar": quantas / feito.segundos}

    def encerrar(self) -> None:
        self.equipe.encerrar()
