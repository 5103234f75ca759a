"""(h, i, j) The queue to the world: one worker process sends what is already enqueued.

With a call that does nothing, what the engine and the database cost; with a real endpoint on loopback that answers in
50 ms, what a context with the limits as they come can do; over many messages, whether memory stays where it was.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from django.db import connection, transaction

from bench.carteiro import NOME
from bench.medidas.base import Oficina
from filas.fila.entrada import enfileirar

NADA_POR_RODADA = 20_000
HTTP_POR_RODADA = 3_000
POR_LEVA = 5_000
_CONTEUDO = {
    "CLIENTE_VAREJO": "MARIA DAS DORES DA CONCEIÇÃO", "CPF_CGC": "12345678909", "RG_IE": "MG1234567", "PF_PJ": "1",
    "ENDERECO": "CESÁRIO ALVIM", "TIPO_LOGRADOURO": "RUA", "NUMERO": "370", "COMPLEMENTO": "APTO 101",
    "BAIRRO": "PADRE EUSTÁQUIO", "CIDADE": "BELO HORIZONTE", "UF": "MG", "CEP": "06845330", "PAIS": "BRASIL",
    "PAIS_BC": "1058", "IBGE": "3106200", "TELEFONE": "33334444", "DDD": "31", "CELULAR": "999999999",
    "DDD_CELULAR": "31", "EMAIL": "maria@exemplo.com.br", "SEXO": "F", "STATUS": "1", "ANIVERSARIO": "1993-07-04",
    "CADASTRAMENTO": "2025-09-25 15:58:07.000", "DATA_PARA_TRANSFERENCIA": "2026-02-03 11:41:39",
    "FILIAL": "ESTOQUE CENTRAL", "TIPO_VAREJO": "CLIENTE VAREJO", "ESTRANGEIRO": "0",
}  # fmt: skip


class Carteiro:
    """One process that sends."""

    def __init__(self, oficina: Oficina, nome: str, url: str | None = None) -> None:
        self.oficina, self.nome = oficina, nome
        comando = [sys.executable, "-m", "bench.carteiro", *([url] if url else [])]
        self.processo = oficina.processos.iniciar(nome, comando, oficina.pasta.variaveis(), conversa=True)
        self._ler()

    def enviar(self, quantas: int) -> dict[str, Any]:
        """Raises RuntimeError unless it sends these `quantas`, all of them at the first attempt."""
        assert self.processo.stdin is not None
        self.processo.stdin.write("enviar\n")
        self.processo.stdin.flush()
        feito: dict[str, Any] = json.loads(self._ler())
        if (feito["efetuadas"], feito["com_erro"], feito["adiadas"]) != (quantas, 0, 0):
            raise RuntimeError(f"esperadas {quantas} mensagens com sucesso, e o trabalhador diz {feito}")
        return feito

    def encerrar(self) -> None:
        self.oficina.processos.encerrar([self.processo])

    def _ler(self) -> str:
        assert self.processo.stdout is not None
        linha: str = self.processo.stdout.readline()
        if not linha:
            raise RuntimeError(f"o trabalhador morreu:\n{self.oficina.processos.fim_do_registro(self.nome)}")
        return linha


class Fila:
    """(h) The call does nothing."""

    nome = "fila"

    def __init__(self, oficina: Oficina) -> None:
        self.chegada = Chegada()
        self.carteiro = Carteiro(oficina, self.nome)

    def rodada(self) -> dict[str, float]:
        self.chegada.enfileirar(NADA_POR_RODADA)
        feito = self.carteiro.enviar(NADA_POR_RODADA)
        return {"fila": NADA_POR_RODADA / feito["segundos"]}

    def encerrar(self) -> None:
        self.carteiro.encerrar()


class FilaHttp:
    """(i) An endpoint that takes 50 ms."""

    nome = "fila_http"

    def __init__(self, oficina: Oficina) -> None:
        self.chegada = Chegada()
        self.processos = oficina.processos
        comando = [sys.executable, "-m", "bench.destino"]
        self.destino = oficina.processos.iniciar("destino", comando, oficina.pasta.variaveis(), conversa=True)
        self.carteiro = Carteiro(oficina, self.nome, f"http://127.0.0.1:{_porta(self.destino)}/setIlli")

    def rodada(self) -> dict[str, float]:
        self.chegada.enfileirar(HTTP_POR_RODADA)
        feito = self.carteiro.enviar(HTTP_POR_RODADA)
        return {"fila_http": HTTP_POR_RODADA / feito["segundos"]}

    def encerrar(self) -> None:
        self.carteiro.encerrar()
        self.processos.encerrar([self.destino])


class FilaMemoria:
    """(j) `mensagens` in one run of one process: its memory after the first tenth, and the highest from there on."""

    nome = "fila_memoria"

    def __init__(self, oficina: Oficina, mensagens: int) -> None:
        self.oficina, self.mensagens = oficina, mensagens

    def rodada(self) -> dict[str, float]:
        self.oficina.avisar(f"enfileirando {self.mensagens:,} mensagens".replace(",", "."))
        Chegada().enfileirar(self.mensagens)
        carteiro = Carteiro(self.oficina, self.nome)
        try:
            feito = carteiro.enviar(self.mensagens)
        finally:
            carteiro.encerrar()
        memoria: list[float] = feito["memoria"]
        no_comeco = memoria[len(memoria) // 10]
        return {
            "fila_memoria.no_comeco": no_comeco,
            "fila_memoria": max(memoria[len(memoria) // 10 :]),
            "fila_memoria.por_segundo": self.mensagens / feito["segundos"],
        }

    def encerrar(self) -> None:
        """Each round is a process of its own, and over."""


class Chegada:
    """Customers that changed, each another one."""

    _clientes = 0

    def enfileirar(self, quantas: int) -> None:
        for inicio in range(0, quantas, POR_LEVA):
            leva = range(Chegada._clientes, Chegada._clientes + min(POR_LEVA, quantas - inicio))
            Chegada._clientes = leva.stop
            with transaction.atomic():
                enfileirar(NOME, [(str(n), {"CODIGO_CLIENTE": str(n), **_CONTEUDO}) for n in leva])
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE wosk_queue")


def _porta(processo: subprocess.Popen[str]) -> int:
    assert processo.stdout is not None
    return int(processo.stdout.readline())
