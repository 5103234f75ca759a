"""A worker process of the queue, for the bench: `python -m bench.carteiro [URL]`.

It says `pronto`, then at each line it is sent sends what is due and answers with what it did. Without a URL the call
does nothing; with one it is made. Its memory is looked at after every batch of `PASSO` messages.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django
import psutil

django.setup()

from django.db import connection  # noqa: E402  # after setup, which reads the models

from filas.fila.contextos import Contexto, Requisicao, Resposta  # noqa: E402  # idem
from filas.fila.motor import enviar  # noqa: E402  # idem

NOME = "Bancada"
PASSO = 5_000
MB = 1024**2


class Bancada(Contexto):
    """The limits of a context as they come; without a URL, as many in hand as one process takes."""

    nome = NOME
    titulo = "Bancada"

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.chamadas = 0
        self.memoria: list[float] = []
        if url is None:
            self.concorrencia = 500

    def montar(self, conteudo: dict[str, Any]) -> Requisicao:
        return Requisicao("POST", self.url or "http://ninguem.invalid/", json=conteudo)

    def chamar(self, requisicao: Requisicao) -> Resposta:
        self.chamadas += 1
        if self.chamadas % PASSO == 0:
            self.memoria.append(psutil.Process().memory_info().rss / MB)
        if self.url is None:
            return Resposta(200, {}, '{"mensagem": "OK"}', 0.0)
        return super().chamar(requisicao)


def main() -> None:
    bancada = Bancada(sys.argv[1] if len(sys.argv) > 1 else None)
    connection.ensure_connection()
    print("pronto", flush=True)
    for _ in sys.stdin:
        bancada.memoria.clear()
        inicio = time.perf_counter()
        feito = enviar([bancada])
        print(
            json.dumps(
                {
                    "efetuadas": feito.com_sucesso, "com_erro": feito.com_erro, "adiadas": feito.adiadas,
                    "segundos": time.perf_counter() - inicio, "memoria": bancada.memoria,
                }
            ),
            flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
