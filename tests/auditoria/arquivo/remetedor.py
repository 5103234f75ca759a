"""One of the archive's processes, to be killed. Run as a module by the tests, which give it its databases and its part."""

import sys
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402  # after setup, which reads the models
from django.utils import timezone  # noqa: E402  # idem

import tests.acoes  # noqa: E402, F401  # idem
from auditoria.arquivo.remessa import remeter  # noqa: E402  # idem
from auditoria.arquivo.retencao import reter  # noqa: E402  # idem
from auditoria.selador import selar  # noqa: E402  # idem
from auditoria.services import ATOR_SISTEMA, Ato, registrar_varios  # noqa: E402  # idem


def remessa() -> None:
    """One shipment."""
    remeter(limite=60)


def retirada() -> None:
    """What the routine does in two days."""
    reter(agora=timezone.now() + timedelta(days=2))


def caminho() -> None:
    """Write, seal and ship, for ever, in batches that fit into one another nowhere."""
    print("pronto", flush=True)
    while True:
        with transaction.atomic():
            registrar_varios([Ato("teste.feito", str(n)) for n in range(20)], ator=ATOR_SISTEMA, objeto="x.Y")
        selar(lote=7)
        remeter(lote=6, insistir=True)


{"remessa": remessa, "retirada": retirada, "caminho": caminho}[sys.argv[1]]()
