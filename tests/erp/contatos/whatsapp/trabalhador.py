"""A worker of WhatsApp to be killed: sends what is due and takes note, with a lease that a test can live with."""

import time
from datetime import timedelta

import django

django.setup()

from erp.contatos.services import acompanhar  # noqa: E402  # after setup, which reads the models
from erp.contatos.whatsapp.contexto import Whatsapp  # noqa: E402  # idem
from filas.fila.contextos import registrar  # noqa: E402  # idem
from filas.fila.motor import enviar  # noqa: E402  # idem


class Apressado(Whatsapp):
    reserva = timedelta(seconds=1)

    def espera(self, tentativa: int) -> timedelta:
        return timedelta(seconds=0.1)


contexto = Apressado()
registrar(contexto)
print("pronto", flush=True)
while True:
    enviar([contexto])
    acompanhar()
    time.sleep(0.05)
