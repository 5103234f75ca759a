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
        self.oficina.chegar()
        feito = self.equipe.drenar()
        self.oficina.notar_memoria(feito.rss_mb)
        esperadas = 2 * self.oficina.operacoes  # each with its note
        if feito.efetuadas != esperadas:
            raise RuntimeError(f"{feito.efetuadas} linhas lançadas, esperadas {esperadas}")
        return {"processar": self.oficina.operacoes / feito.segundos}
