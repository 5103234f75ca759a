"""(q) The synchronisation: every product and price of another instance, over HTTP, into a register that has none of them."""

from __future__ import annotations

import json
from typing import Any

from django.db import connections

from bench.contratos import REFERENCIA
from bench.conversa import Conversa
from bench.medidas.base import Oficina
from bench.pasta import BANCO
from bench.servico import Retaguarda
from bench.unidades import PRODUTOS as DA_EMPRESA

PRODUTOS = 100_000
ERP = "sincronia_erp"
ROTINA = f"executar sincronizacao/sincronizar {REFERENCIA}"


class Sincronia:
    """The other instance is a web server of its own on a database of its own; each round reads it into a new one."""

    nome = "sincronia"

    def __init__(self, oficina: Oficina, produtos: int = PRODUTOS) -> None:
        self.oficina, self.produtos, self.rodadas = oficina, produtos, 0
        oficina.criar_banco(ERP, BANCO)
        oficina.avisar(f"semeando {produtos:,} produtos para {self.nome}".replace(",", "."))
        ambiente = oficina.pasta.variaveis(ERP)
        self.chave: str = self._mandar(ambiente, f"semear sincronia {produtos} 0")[0]["chave"]
        self.erp = Retaguarda(oficina.processos, ambiente, nome="erp")
        self.erp.iniciar(trabalhadores=0, relogio=False)
        self.erp.esperar()

    def rodada(self) -> dict[str, float]:
        self.rodadas += 1
        banco = f"{self.nome}_{self.rodadas}"
        self.oficina.criar_banco(banco, BANCO)
        outro_lado = {"SINCRONIZACAO_URL": self.erp.url, "SINCRONIZACAO_CHAVE": self.chave}
        primeira, segunda = self._mandar(self.oficina.pasta.variaveis(banco, **outro_lado), ROTINA, ROTINA)
        self._largar(banco)
        contagens, todos = primeira["contagens"], self.produtos + DA_EMPRESA
        esperado = {"produtos: recebidos": todos, "produtos: incluidos": self.produtos, "precos: recebidos": todos}
        if not primeira["sucesso"] or contagens | esperado != contagens:
            raise RuntimeError(f"{self.nome}: esperado {esperado}, e a execução diz {primeira}")
        return {
            self.nome: primeira["segundos"], f"{self.nome}.de_novo": segunda["segundos"],
            f"{self.nome}.memoria": max(primeira["memoria"]),
        }  # fmt: skip

    def encerrar(self) -> None:
        self.erp.encerrar()
        self._largar(ERP)

    def _mandar(self, ambiente: dict[str, str], *ordens: str) -> list[dict[str, Any]]:
        """A process in that environment obeys them, in order, and ends."""
        processo = Conversa(self.oficina.processos, "bench.executor", ambiente, nome=self.nome)
        try:
            return [json.loads(processo.pedir(ordem)) for ordem in ordens]
        finally:
            processo.encerrar()

    def _largar(self, banco: str) -> None:
        with connections["manutencao"].cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{banco}" WITH (FORCE)')
