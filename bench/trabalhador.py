"""A worker process of the bench: drains when told to on stdin, answers on stdout with what it did.

`python -m bench.trabalhador` says `pronto`, then obeys each line: `drenar` empties what is pending; `reprocessar` works
the mass reprocess under way to its end; `acompanhar` drains beside that one for as long as it goes on.
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
    from filas.drain import Resumo
    from pdv.processamento.models import Reprocesso
    from pdv.processamento.reprocesso.worker import trabalhar
    from pdv.processamento.services import drenar_tudo

    def reprocessar() -> Resumo:
        feito = Resumo()
        while Reprocesso.objects.filter(terminado_em=None).exists():
            passo = trabalhar()
            feito += Resumo(efetuadas=passo.feitas, com_erro=passo.falhas)
        return feito

    def acompanhar() -> Resumo:
        """As a worker that each sending wakes: what it posts is counted by the one that settles."""
        while Reprocesso.objects.filter(terminado_em=None).exists():
            if not drenar_tudo(limite_segundos=1).total:
                time.sleep(0.01)
        return Resumo()

    ordens = {"drenar": drenar_tudo, "reprocessar": reprocessar, "acompanhar": acompanhar}
    connection.ensure_connection()
    print("pronto", flush=True)
    for linha in sys.stdin:
        inicio = time.perf_counter()
        resumo = ordens[linha.strip()]()
        feito = {
            "efetuadas": resumo.efetuadas, "com_erro": resumo.com_erro, "adiadas": resumo.adiadas,
            "segundos": time.perf_counter() - inicio,
        }  # fmt: skip
        print(json.dumps(feito), flush=True)


if __name__ == "__main__":
    main()
