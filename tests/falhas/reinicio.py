"""PostgreSQL restarted under load, on a server of this run's own: run as a module, it exits with 1 unless all reconciles.

    python -m tests.falhas.reinicio --operacoes 600 --reinicios 3

The server is killed outright and stopped politely by turns, while two tills replicate and a worker posts.
"""

from __future__ import annotations

import argparse
import io
import signal
import sys
import time
from collections.abc import Callable

import psutil

from bench.pasta import Pasta, pasta_propria
from bench.processos import Processos

CNPJS = ("11222333000181", "12ABC34501DE35")
SEGUNDOS = 600.0


def ate(condicao: Callable[[], bool], o_que: str) -> None:
    """Wait; a server that is just restarting counts as not yet."""
    limite = time.monotonic() + SEGUNDOS
    while not _vale(condicao):
        if time.monotonic() > limite:
            raise SystemExit(f"{SEGUNDOS:.0f} s esperando {o_que}")
        time.sleep(0.05)


def _vale(condicao: Callable[[], bool]) -> bool:
    # Django reads its settings on import, and `pasta.usar` must come before
    from django.db import InterfaceError, OperationalError, connection

    try:
        return condicao()
    except (OperationalError, InterfaceError):
        connection.close()
        return False


def derrubar(pasta: Pasta, n: int) -> None:
    """Even: SIGKILL of the postmaster, as a power cut. Odd: SIGINT, its fast shutdown, which throws everybody out.

    Whoever needs the server next starts it again: one of the processes, or this one.
    """
    postmaster = psutil.Process(int((pasta.servidor.dados / "postmaster.pid").read_text().split()[0]))
    postmaster.send_signal(signal.SIGINT if n % 2 else signal.SIGKILL)
    postmaster.wait(60)
    pasta.servidor.garantir_no_ar()


def provar(pasta: Pasta, operacoes: int, reinicios: int) -> list[str]:
    # models: only once the settings know this run's folder
    from django.core.management import call_command
    from django.db import connections

    from bench.demonstracao.andamento import andamento
    from bench.demonstracao.caixas import abrir_caixas
    from bench.demonstracao.empresa import registrar_empresa
    from bench.reconciliacao import reconciliar
    from bench.servico import Retaguarda

    with Processos(pasta.raiz) as processos:
        caixas = abrir_caixas(pasta, processos, CNPJS)
        simulacoes = [caixa.simular(operacoes // len(caixas), 0) for caixa in caixas]
        pasta.servidor.garantir_no_ar()
        call_command("preparar", sem_estaticos=True, stdout=io.StringIO())
        for caixa, simulacao in zip(caixas, simulacoes, strict=True):
            caixa.esperar(simulacao)
        registrar_empresa(caixas)
        retaguarda = Retaguarda(processos, pasta.variaveis(PDV_LOTE="20"))
        retaguarda.iniciar()
        retaguarda.esperar()
        total = sum(caixa.replicadas()[1] for caixa in caixas)
        for caixa in caixas:
            caixa.replicar(retaguarda.url, 10)
        for n in range(reinicios):
            ate(lambda n=n: andamento().tratadas >= total * (n + 1) // (reinicios + 2), "o trabalho andar")  # type: ignore[misc]  # bound at once
            print(f"reinício {n + 1}: {andamento()}", flush=True)
            connections.close_all()
            derrubar(pasta, n)
        for caixa in caixas:
            ate(lambda caixa=caixa: caixa.envios[-1].poll() is not None, "a replicação acabar")  # type: ignore[misc]  # bound at once
            caixa.esperar(caixa.envios[-1])
        ate(lambda: andamento().tratadas == total, "processar tudo")
        retaguarda.encerrar()
        faltas = reconciliar([caixa.ler() for caixa in caixas], frozenset())
        connections.close_all()
    return faltas


def main() -> int:
    opcoes = argparse.ArgumentParser(description=__doc__)
    opcoes.add_argument("--operacoes", type=int, default=600)
    opcoes.add_argument("--reinicios", type=int, default=3)
    pedido = opcoes.parse_args()
    with pasta_propria("reinicio") as pasta:
        pasta.usar()
        faltas = provar(pasta, pedido.operacoes, pedido.reinicios)
    print("\n".join(faltas) or "CONFERE")
    return 1 if faltas else 0


if __name__ == "__main__":
    sys.exit(main())
