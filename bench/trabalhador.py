"""A worker process of the bench: drains when told to on stdin, answers on stdout with what it did.

`python -m bench.trabalhador`: says `pronto`, then for every line `drenar` empties what is pending.
"""

from __future__ import annotations

import json
import sys
import time

import django
from django.db import connection


def main() -> None:
    django.setup()
    # models: only once Django is set up
    from pdv.processamento.services import drenar_tudo

    connection.ensure_connection()
    print("pronto", flush=True)
    for _ in sys.stdin:
        inicio = time.perf_counter()
        resumo = drenar_tudo()
        feito = {
            "efetuadas": resumo.efetuadas, "com_erro": resumo.com_erro, "adiadas": resumo.adiadas,
            "segundos": time.perf_counter() - inicio,
        }  # fmt: skip
        print(json.dumps(feito), flush=True)


if __name__ == "__main__":
    main()
