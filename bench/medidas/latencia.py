"""(d) From the POST of one sale until it and its note are posted, at a low load, with a real Celery worker."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from bench.medidas.base import Oficina
from bench.memoria import Balanca
from bench.remessa import Remessa, chaves_dos_pdvs, enviar, preparar
from bench.servico import Retaguarda
from bench.unidades import fabricar

POR_SEGUNDO, SEGUNDOS = 5, 20
ESPERA_MAXIMA = 60.0
OLHAR_A_CADA = 0.005
_LANCADAS = """SELECT n.chave FROM hiperpdv_nota_fiscal n
    JOIN hiperpdv_operacao_pdv o USING (ponto_venda_id, instalacao, id_operacao)
    WHERE n.chave = ANY(%s) AND n.situacao_replicacao = 9 AND o.situacao_replicacao = 9"""


class Latencia:
    """One broker. Each round starts the processes anew and waits for them to be warm."""

    def __init__(self, oficina: Oficina, nome: str, corretor: str) -> None:
        self.oficina, self.nome, self.corretor = oficina, nome, corretor
        self.chaves = chaves_dos_pdvs(oficina.pdvs)

    def rodada(self) -> dict[str, float]:
        ambiente = self.oficina.pasta.variaveis(CELERY_BROKER_URL=self.corretor)
        retaguarda = Retaguarda(self.oficina.processos, ambiente, self.nome)
        try:
            retaguarda.iniciar(trabalhadores=1, por_trabalhador=2)
            retaguarda.esperar()
            self._medir(retaguarda, POR_SEGUNDO)  # warm: every process has its connections
            with Balanca(retaguarda.trabalhadores) as balanca:
                amostras = self._medir(retaguarda, POR_SEGUNDO * SEGUNDOS)
            self.oficina.notar_memoria(balanca.maior_mb)
        finally:
            retaguarda.encerrar()
        return {f"{self.nome}.p50": percentil(amostras, 50), f"{self.nome}.p99": percentil(amostras, 99)}

    def encerrar(self) -> None:
        """Nothing is left running between rounds."""

    def _medir(self, retaguarda: Retaguarda, quantas: int) -> list[float]:
        """Milliseconds of each of `quantas` sales, sent one by one at an even pace."""
        remessas = self._remessas(quantas)
        enviadas, lancadas = dict[str, float](), dict[str, float]()
        vigia = threading.Thread(target=_vigiar, args=(enviadas, lancadas, quantas), daemon=True)
        vigia.start()
        with ThreadPoolExecutor(8) as executor:
            inicio = time.perf_counter()
            futuros = []
            for n, (chave, remessa) in enumerate(remessas):
                time.sleep(max(0.0, inicio + n / POR_SEGUNDO - time.perf_counter()))
                enviadas[chave] = time.perf_counter()
                futuros.append(executor.submit(enviar, retaguarda.porta, remessa))
            for futuro in futuros:
                futuro.result()
        vigia.join()
        if len(lancadas) < quantas:
            raise RuntimeError(f"{quantas - len(lancadas)} vendas não foram lançadas em {ESPERA_MAXIMA:.0f} s")
        return [1000 * (lancadas[chave] - enviadas[chave]) for chave in enviadas]

    def _remessas(self, quantas: int) -> list[tuple[str, Remessa]]:
        prontas = []
        for n in range(quantas):
            pdv = self.oficina.pdvs[n % len(self.oficina.pdvs)]
            unidades = fabricar(self.oficina.sorteio, pdv, 1)
            prontas.append((unidades[0].chave, preparar(unidades, self.chaves[pdv.codigo])))
        return prontas


def _vigiar(enviadas: dict[str, float], lancadas: dict[str, float], quantas: int) -> None:
    """Look every few milliseconds which of those sent are posted: when it is seen, it is committed."""
    limite = time.monotonic() + ESPERA_MAXIMA + quantas / POR_SEGUNDO
    try:
        with connection.cursor() as cursor:
            while len(lancadas) < quantas and time.monotonic() < limite:
                faltam = [chave for chave in list(enviadas) if chave not in lancadas]
                if faltam:
                    cursor.execute(_LANCADAS, [faltam])
                    agora = time.perf_counter()
                    lancadas.update((chave, agora) for (chave,) in cursor.fetchall())
                time.sleep(OLHAR_A_CADA)
    finally:
        connection.close()  # this thread's own


def percentil(amostras: list[float], quanto: int) -> float:
    """The smallest sample that `quanto` percent of them do not pass."""
    ordenadas = sorted(amostras)
    return ordenadas[max(0, -(-len(ordenadas) * quanto // 100) - 1)]
