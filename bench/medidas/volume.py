"""(e) Processing with 10,000 and with 1,000,000 operations already stored, in two databases of the same server."""

from __future__ import annotations

import shutil

from django.db import connections

from bench.cadastro import limpar_e_analisar
from bench.chegada import receber
from bench.equipe import Equipe
from bench.medidas.base import Oficina
from bench.pasta import BANCO
from bench.semeadura import PASSO, multiplicar
from bench.unidades import Pdv, fabricar

SEMENTE = 2_000
POUCAS = 10_000
GB_POR_MILHAO = 20
ADIANTE = 600 * PASSO  # where the tills go on counting, past every copy


class EspacoInsuficiente(Exception):
    """Não há espaço em disco para a medida."""


class Volume:
    """One database with `armazenadas` operations."""

    def __init__(self, oficina: Oficina, nome: str, armazenadas: int) -> None:
        self.oficina, self.nome = oficina, nome
        _conferir_espaco(oficina, armazenadas)
        oficina.criar_banco(nome, BANCO)
        oficina.abrir_banco(nome)
        self.pdvs = [Pdv(p.codigo, p.id, p.filial_id) for p in oficina.pdvs]
        self.equipe = Equipe(oficina.processos, oficina.pasta.variaveis(nome), nome=nome)
        self._semear(armazenadas)

    def rodada(self) -> dict[str, float]:
        quantas = self.oficina.chegar(self.pdvs, self.nome)
        feito = self.equipe.drenar()
        if feito.efetuadas != 2 * quantas:
            raise RuntimeError(f"{feito.efetuadas} linhas lançadas, esperadas {2 * quantas}")
        self.oficina.notar_memoria(feito.rss_mb)
        return {self.nome: quantas / feito.segundos}

    def encerrar(self) -> None:
        self.equipe.encerrar()
        connections[self.nome].close()

    def _semear(self, armazenadas: int) -> None:
        self.oficina.avisar(f"semeando {armazenadas:,} operações".replace(",", "."))
        for pdv in self.pdvs:
            receber(fabricar(self.oficina.sorteio, pdv, SEMENTE // len(self.pdvs)), self.nome)
        self.equipe.drenar()
        multiplicar(self.nome, armazenadas // SEMENTE - 1)
        for pdv in self.pdvs:
            pdv.operacoes = ADIANTE
        limpar_e_analisar(self.nome)


def _conferir_espaco(oficina: Oficina, armazenadas: int) -> None:
    preciso = GB_POR_MILHAO * armazenadas / 1_000_000
    livre = shutil.disk_usage(oficina.pasta.servidor.pasta).free / 1024**3
    if livre < preciso:
        raise EspacoInsuficiente(f"preciso de {preciso:.0f} GB livres para {armazenadas} operações, há {livre:.0f} GB")
