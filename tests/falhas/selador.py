"""Writes audit events and seals them, for ever, to be killed. Run as a module by the tests."""

import django

django.setup()

from django.db import transaction  # noqa: E402  # after setup, which reads the models

import tests.acoes  # noqa: E402, F401  # idem: its action joins the list
from auditoria.selador import selar  # noqa: E402  # idem
from auditoria.services import ATOR_SISTEMA, Ato, registrar_varios  # noqa: E402  # idem

if __name__ == "__main__":
    print("pronto", flush=True)
    while True:
        with transaction.atomic():
            registrar_varios([Ato("teste.feito", str(n)) for n in range(50)], ator=ATOR_SISTEMA, objeto="x.Y")
        selar(lote=20)
