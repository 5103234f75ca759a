"""A worker process that runs routines, for the bench: `python -m bench.executor`.

It says `pronto`, then obeys each line that it is sent and answers in JSON:
`semear tipar 1000000 100000` fills its database (`bench.contratos`), `semear sincronia 100000 0` with products;
`chave` makes a key for another instance;
`executar Cliente/TiparClientes 2026-10-10` runs a routine for that day, and its memory is looked at all along.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import django
import psutil

django.setup()

from django.db import connection  # noqa: E402  # after setup, which reads the models
from django.utils import timezone  # noqa: E402  # idem

from bench.contratos import semear  # noqa: E402  # idem
from bench.sincronia import chave, semear_produtos  # noqa: E402  # idem
from erp.rotinas.models import Execucao  # noqa: E402  # idem
from erp.rotinas.services import executar  # noqa: E402  # idem

INTERVALO = 0.1
MB = 1024**2


def main() -> None:
    connection.ensure_connection()
    print("pronto", flush=True)
    for linha in sys.stdin:
        ordem, *partes = linha.split()
        feito = ORDENS[ordem](*partes)
        print(json.dumps(feito), flush=True)


def _semear(o_que: str, clientes: str, contratos: str) -> dict[str, Any]:
    if o_que == "sincronia":
        return {"chave": semear_produtos(int(clientes))}
    semear(o_que, int(clientes), int(contratos))
    return {}


def _chave() -> dict[str, Any]:
    return {"chave": chave()}


def _executar(caminho: str, dia: str) -> dict[str, Any]:
    memoria: list[float] = []
    fim = threading.Event()
    balanca = threading.Thread(target=_pesar, args=(memoria, fim), daemon=True)
    quando = timezone.make_aware(datetime.combine(date.fromisoformat(dia), datetime.now().time()))  # noqa: DTZ005  # any
    inicio = time.perf_counter()
    balanca.start()
    execucao = executar(caminho, iniciada_por="bench", agendada_para=quando)
    segundos = time.perf_counter() - inicio
    fim.set()
    balanca.join()
    return {
        "segundos": segundos, "memoria": memoria, "contagens": execucao.contagens,
        "sucesso": execucao.situacao == Execucao.Situacao.SUCESSO, "erro": execucao.erro[-1000:],
    }  # fmt: skip


def _pesar(memoria: list[float], fim: threading.Event) -> None:
    processo = psutil.Process()
    while True:
        memoria.append(processo.memory_info().rss / MB)
        if fim.wait(INTERVALO):
            return


ORDENS: dict[str, Callable[..., dict[str, Any]]] = {"executar": _executar, "semear": _semear, "chave": _chave}

if __name__ == "__main__":
    main()
