"""(k, l) The webservice of customers over HTTP: one by one, 500 at a time, late or not, with few and with many stored."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from auditoria.services import ATOR_SISTEMA
from bench.clientes import Cliente, Publico, codificar, repartir, semear
from bench.medidas.base import LOTE, Medida, Oficina
from bench.medidas.clientes_sql import ClientesSql
from bench.medidas.latencia import percentil
from bench.pasta import BANCO
from bench.servico import Retaguarda
from erp.acesso.services import criar_chave

POUCOS = 10_000
UM_A_UM, CONEXOES = 1_200, 8
LOTES, CONEXOES_LOTE = 24, 4
POR_SEGUNDO, SEGUNDOS = 50, 10
_OK = b'"Mensagem":"OK"'


def de_clientes(oficina: Oficina, alvo: str | None, armazenados: int) -> list[Medida]:
    """What is measured of customers: by hand, with few stored, with many."""
    _, chave = criar_chave(nome="Integração", escopos=["clientes"], ator=ATOR_SISTEMA)
    connections.close_all()  # the databases are copies of this one
    um, lote = alvo in (None, "clientes"), alvo in (None, "clientes_lote")
    return [
        ClientesSql(oficina, armazenados, um=um, lote=lote),
        Clientes(oficina, "clientes_poucos", POUCOS, chave, um=um, lote=lote, ritmo=False),
        Clientes(oficina, "clientes_muitos", armazenados, chave, um=um, lote=lote, ritmo=um),
    ]


class Clientes:
    """One database with `armazenados` customers and as many requests received, and a web server on it."""

    def __init__(
        self, oficina: Oficina, nome: str, armazenados: int, chave: str, *, um: bool, lote: bool, ritmo: bool
    ) -> None:
        self.oficina, self.nome, self.chave = oficina, nome, chave
        self.um, self.lote, self.ritmo = um, lote, ritmo
        oficina.criar_banco(nome, BANCO)
        oficina.abrir_banco(nome)
        oficina.avisar(f"semeando {armazenados:,} clientes".replace(",", "."))
        semear(nome, armazenados)
        connections[nome].close()
        self.publico = Publico(armazenados, oficina.sorteio)
        variaveis = oficina.pasta.variaveis(nome, CLIENTES_PEDIDOS_POR_MINUTO="10000000")
        self.retaguarda = Retaguarda(oficina.processos, variaveis, nome)
        self.retaguarda.iniciar(trabalhadores=0, relogio=False)
        self.retaguarda.esperar()

    def rodada(self) -> dict[str, float]:
        figuras: dict[str, float] = {}
        if self.um:
            figuras[f"{self.nome}.um"] = self._um_a_um()
        if self.ritmo:
            amostras = self._no_ritmo()
            figuras |= {f"{self.nome}.p50": percentil(amostras, 50), f"{self.nome}.p99": percentil(amostras, 99)}
        if self.lote:
            figuras[f"{self.nome}.lote"] = self._em_lotes()
        return figuras

    def encerrar(self) -> None:
        self.retaguarda.encerrar()

    def _pedidos(self, quantos: int) -> list[bytes]:
        return [codificar({"key": self.chave, **corpo}) for corpo in self.publico.corpos(quantos)]

    def _um_a_um(self) -> float:
        pedidos = self._pedidos(UM_A_UM)
        inicio = time.perf_counter()
        repartir(pedidos, CONEXOES, self._enviar)
        return UM_A_UM / (time.perf_counter() - inicio)

    def _em_lotes(self) -> float:
        corpos = self.publico.corpos(LOTES * LOTE)
        lotes = [
            codificar({"key": self.chave, "clientes": corpos[inicio : inicio + LOTE]})
            for inicio in range(0, len(corpos), LOTE)
        ]
        inicio = time.perf_counter()
        with ThreadPoolExecutor(CONEXOES_LOTE) as executor:
            list(executor.map(self._enviar_lote, lotes))
        return len(corpos) / (time.perf_counter() - inicio)

    def _no_ritmo(self) -> list[float]:
        """Milliseconds of each of the posts sent at an even pace, from when each was due."""
        pedidos = self._pedidos(POR_SEGUNDO * SEGUNDOS)
        linha, amostras = threading.local(), list[float]()

        def enviar(pedido: bytes, devido: float) -> None:
            if not hasattr(linha, "cliente"):
                linha.cliente = Cliente(self.retaguarda.porta)
            linha.cliente.postar(pedido, 1, _OK)
            amostras.append(1000 * (time.perf_counter() - devido))

        with ThreadPoolExecutor(CONEXOES) as executor:
            inicio, futuros = time.perf_counter() + 0.1, []
            for n, pedido in enumerate(pedidos):
                devido = inicio + n / POR_SEGUNDO
                time.sleep(max(0.0, devido - time.perf_counter()))
                futuros.append(executor.submit(enviar, pedido, devido))
            for futuro in futuros:
                futuro.result()
        return amostras

    def _enviar(self, pedidos: Iterable[bytes]) -> None:
        cliente = Cliente(self.retaguarda.porta)
        for pedido in pedidos:
            cliente.postar(pedido, 1, _OK)

    def _enviar_lote(self, lote: bytes) -> None:
        """A connection for each: whichever process is free takes it."""
        cliente = Cliente(self.retaguarda.porta, "/lote")
        try:
            cliente.postar(lote, LOTE, _OK)
        finally:
            cliente.conexao.close()
