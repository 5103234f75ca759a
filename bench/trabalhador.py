"""A worker process of the bench: drains when told to on stdin, answers on stdout with what it did.

`python -m bench.trabalhador`: says `pronto`, then for every line `drenar` empties what is pending.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import django


def memoria_maxima_kb() -> int:
    """The most memory this process ever held (VmHWM), in kB."""
    estado = Path("/proc/self/status").read_text()
    return int(estado.partition("VmHWM:")[2].split()[0])


def main() -> None:
    django.setup()
    from django.db import connection  # settings are only known by now

    from pdv.processamento.services import drenar_tudo

    connection.ensure_connection()
    print("pronto", flush=True)
    for _ in sys.stdin:
        inicio = time.perf_counter()
        resumo = drenar_tudo()
        feito = {
            "efetuadas": resumo.efetuadas, "com_erro": resumo.com_erro, "adiadas": resumo.adiadas,
            "segundos": time.perf_counter() - inicio, "rss_kb": memoria_maxima_kb(),
        }  # fmt: skip
        print(json.dumps(feito), flush=True)


if __name__ == "__main__":
    main()
