"""(c) The whole way: HTTP into staging into the ledgers, with two web and two worker processes."""

from __future__ import annotations

import time

from django.db import connection

from bench.cadastro import limpar_e_analisar
from bench.medidas.base import Oficina
from bench.memoria import Balanca
from bench.remessa import chaves_dos_pdvs, enviar_todas, preparar
from bench.servico import Retaguarda

SEGUNDOS_MAXIMO = 300.0
_PENDENTE = """SELECT EXISTS (SELECT 1 FROM hiperpdv_operacao_pdv WHERE situacao_replicacao = 1)
    OR EXISTS (SELECT 1 FROM hiperpdv_nota_fiscal WHERE situacao_replicacao = 1)"""
_LANCADAS = """SELECT (SELECT count(*) FROM hiperpdv_operacao_pdv WHERE situacao_replicacao = 9)
    + (SELECT count(*) FROM hiperpdv_nota_fiscal WHERE situacao_replicacao = 9)"""


class Http:
    nome = "http"

    def __init__(self, oficina: Oficina, corretor: str) -> None:
        self.oficina = oficina
        self.chaves = chaves_dos_pdvs(oficina.pdvs)
        self.retaguarda = Retaguarda(oficina.processos, oficina.pasta.variaveis(CELERY_BROKER_URL=corretor), "http")
        self.retaguarda.iniciar(trabalhadores=1, por_trabalhador=2, relogio=False)
        self.retaguarda.esperar()

    def rodada(self) -> dict[str, float]:
        remessas = [preparar(lote, self.chaves[lote[0].pdv.codigo]) for lote in self.oficina.fornada(self.oficina.pdvs)]
        quantas = sum(remessa.operacoes for remessa in remessas)
        limpar_e_analisar()
        antes = _contar()
        with Balanca(self.retaguarda.trabalhadores) as balanca:
            inicio = time.perf_counter()
            enviar_todas(self.retaguarda.porta, remessas)
            recebido = time.perf_counter() - inicio
            esperar_vazio()
            segundos = time.perf_counter() - inicio
        self.oficina.notar_memoria(balanca.maior_mb)
        if _contar() - antes != 2 * quantas:
            raise RuntimeError(f"{_contar() - antes} linhas lançadas, esperadas {2 * quantas}")
        return {"http": quantas / segundos, "http.receber": quantas / recebido}

    def encerrar(self) -> None:
        self.retaguarda.encerrar()


def esperar_vazio() -> None:
    """Until nothing is pending. Raises RuntimeError after SEGUNDOS_MAXIMO."""
    limite = time.monotonic() + SEGUNDOS_MAXIMO
    with connection.cursor() as cursor:
        while time.monotonic() < limite:
            cursor.execute(_PENDENTE)
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise RuntimeError(f"ainda há linhas pendentes depois de {SEGUNDOS_MAXIMO:.0f} s")


def _contar() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LANCADAS)
        contadas: int = cursor.fetchone()[0]
    return contadas
