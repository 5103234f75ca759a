"""A worker process that polls charges, for the bench: at each line it is sent, runs the routine and says what it did."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from decimal import Decimal
from typing import cast

import django

django.setup()

from django.db import connection  # noqa: E402  # after setup, which reads the models

from erp.cobrancas.efi.links import LinksEfi  # noqa: E402  # idem
from erp.cobrancas.rotinas import processar  # noqa: E402  # idem
from erp.rotinas.contexto import Contexto  # noqa: E402  # idem


class Contagem:
    """What the routine sees of the platform: counted, nothing more."""

    def __init__(self) -> None:
        self.contagens: Counter[str] = Counter()
        self.falhas = 0

    def contar(self, nome: str, quantos: int = 1) -> None:
        self.contagens[nome] += quantos

    def somar(self, nome: str, valor: Decimal) -> None:
        """Not looked at."""

    def falhar(self, objeto: str, objeto_id: str, mensagem: str) -> None:
        self.falhas += 1

    def confirmar(self) -> None:
        """Nobody gives this run up."""


def main() -> None:
    connection.ensure_connection()
    print("pronto", flush=True)
    for _ in sys.stdin:
        contagem, inicio = Contagem(), time.perf_counter()
        processar(LinksEfi(), cast(Contexto, contagem))
        feito = {"segundos": time.perf_counter() - inicio, "falhas": contagem.falhas, **contagem.contagens}
        print(json.dumps(feito), flush=True)


if __name__ == "__main__":
    main()
