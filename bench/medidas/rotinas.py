"""(m to p) The routines: the tags of a million customers; a hundred thousand contracts suspended, cancelled, charged.

Each round has a database of its own, a copy of one that was filled once, and a process of its own, which weighs itself.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.db import connections

from bench.contratos import REFERENCIA
from bench.conversa import Conversa
from bench.medidas.base import Medida, Oficina
from bench.pasta import BANCO

CLIENTES, CONTRATOS = 1_000_000, 100_000


class Alvo(NamedTuple):
    """`contagem` is what the execution must have counted once for each of `quantos`."""

    nome: str
    caminho: str
    contagem: str
    clientes: int
    contratos: int
    quantos: int


ALVOS = (
    Alvo("tipar", "Cliente/TiparClientes", "clientes", CLIENTES, CONTRATOS, CLIENTES),
    Alvo("suspensao", "PlanoContratacao/SuspensaoRotina", "suspensos", CONTRATOS, CONTRATOS, CONTRATOS),
    Alvo("cancelamento", "PlanoContratacao/CancelamentoRotina", "cancelados", CONTRATOS, CONTRATOS, CONTRATOS),
    Alvo(
        "jazigos", "ManutencaoJazigo/GerarRecebimentoManutencaoJazigoRotina", "recebimentos gerados", CONTRATOS, CONTRATOS,
        CONTRATOS,
    ),
)  # fmt: skip


def das_rotinas(oficina: Oficina, alvo: str | None) -> list[Medida]:
    return [Rotina(oficina, a) for a in ALVOS if alvo in (None, a.nome)]


class Rotina:
    """One routine over a database full of what it works on; then again, over what it left."""

    def __init__(self, oficina: Oficina, alvo: Alvo) -> None:
        self.oficina, self.alvo, self.nome = oficina, alvo, alvo.nome
        self.rodadas = 0
        oficina.criar_banco(self.modelo, BANCO)
        oficina.avisar(
            f"semeando {alvo.clientes:,} clientes e {alvo.contratos:,} contratos para {alvo.nome}".replace(",", ".")
        )
        self._mandar(self.modelo, [f"semear {alvo.nome} {alvo.clientes} {alvo.contratos}"])

    @property
    def modelo(self) -> str:
        return f"rotinas_{self.nome}"

    def rodada(self) -> dict[str, float]:
        self.rodadas += 1
        banco = f"{self.modelo}_{self.rodadas}"
        self.oficina.criar_banco(banco, self.modelo)
        ordem = f"executar {self.alvo.caminho} {REFERENCIA}"
        primeira, segunda = self._mandar(banco, [ordem, ordem])
        self._largar(banco)
        feitos = primeira["contagens"].get(self.alvo.contagem)
        if not primeira["sucesso"] or feitos != self.alvo.quantos:
            raise RuntimeError(f"{self.nome}: esperados {self.alvo.quantos}, e a execução diz {primeira}")
        memoria: list[float] = primeira["memoria"]
        no_comeco = memoria[len(memoria) // 10]
        return {
            self.nome: primeira["segundos"], f"{self.nome}.de_novo": segunda["segundos"],
            f"{self.nome}.memoria": max(memoria), f"{self.nome}.memoria_no_comeco": no_comeco,
        }  # fmt: skip

    def encerrar(self) -> None:
        self._largar(self.modelo)

    def _mandar(self, banco: str, ordens: list[str]) -> list[dict[str, Any]]:
        """A process on that database obeys them, in order, and ends."""
        variaveis = self.oficina.pasta.variaveis(banco, ROTINA_APROVACAO_ACIMA="10000000")
        processo = Conversa(self.oficina.processos, "bench.executor", variaveis, nome=self.modelo)
        try:
            return [json.loads(processo.pedir(ordem)) for ordem in ordens]
        finally:
            processo.encerrar()

    def _largar(self, banco: str) -> None:
        with connections["manutencao"].cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{banco}" WITH (FORCE)')
