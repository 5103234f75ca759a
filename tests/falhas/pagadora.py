"""What talks to providers of charges, to be killed. Run as a module by the tests, which give it its database and settings.

Everything is loaded once; each order, a line of JSON, is worked by a child of its own, whose number is told.
"""

import json
import os
import signal
import sys
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # after setup, which reads the models

from erp.cobrancas.services.devolucao_pix import devolver  # noqa: E402  # idem
from erp.rotinas.services import executar  # noqa: E402  # idem


def trabalhar(ordem: dict[str, Any]) -> None:
    if caminho := ordem.get("rotina"):
        executar(caminho, iniciada_por="teste")
        return
    usuario = User.objects.get(username="ana")
    devolver(
        pagamento_id=ordem["pagamento"], valor=Decimal(ordem["valor"]), id_devolucao=ordem["id"], motivo="teste",
        usuario=usuario,
    )  # fmt: skip


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    print("pronta", flush=True)
    for linha in sys.stdin:
        filho = os.fork()  # no thread and no connection yet: nothing is shared
        if filho == 0:
            trabalhar(json.loads(linha))
            os._exit(0)
        print(filho, flush=True)


if __name__ == "__main__":
    main()
