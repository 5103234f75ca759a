"""A worker process that runs routines, for the bench: `python -m bench.executor`.

It says `pronto`, then runs the routine of each line it is sent (`caminho referencia`, the day as 2026-11-22) and answers
with how it ended. Its memory is looked at all along.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import date

import django
import psutil

django.setup()

from django.db import connection  # noqa: E402  # after setup, which reads the models

from erp.rotinas.models import Execucao  # noqa: E402  # idem
from erp.rotinas.services import executar  # noqa: E402  # idem

INTERVALO = 0.1
MB = 1024**2


def main() -> None:
    connection.ensure_connection()
    print("pronto", flush=True)
    for linha in sys.stdin:
        caminho, referencia = linha.split()
        memoria: list[float] = []
        fim = threading.Event()
        balanca = threading.Thread(target=_pesar, args=(memoria, fim), daemon=True)
        balanca.start()
        inicio = time.perf_counter()
        execucao = executar(caminho, iniciada_por="bench", referencia=date.fromisoformat(referencia))
        segundos = time.perf_counter() - inicio
        fim.set()
        balanca.join()
        print(
            json.dumps(
                {
                    "segundos": segundos, "memoria": memoria, "contagens": execucao.contagens,
                    "sucesso": execucao.situacao == Execucao.Situacao.SUCESSO, "erro": execucao.erro[-1000:],
                }
            ),
            flush=True,
        )  # fmt: skip


def _pesar(memoria: list[float], fim: threading.Event) -> None:
    processo = psutil.Process()
    while True:
        memoria.append(processo.memory_info().rss / MB)
        if fim.wait(INTERVALO):
            return


if __name__ == "__main__":
    main()
