"""A worker of the queue to be killed: sends what is due, for ever, with leases and waits that a test can live with.

Run as a module by the tests, which give it its database and the address of the other side.
"""

import time
from datetime import timedelta

import django

django.setup()

from clientes.loja_cliente.contexto import LojaCliente  # noqa: E402  # after setup, which reads the models
from filas.fila.contextos import registrar  # noqa: E402  # after setup
from filas.fila.motor import enviar  # noqa: E402  # after setup


class Apressado(LojaCliente):
    """The other side of a test fails on purpose, all the time: nobody gives up, nor pauses."""

    reserva = timedelta(seconds=3)
    tentativas = 10_000
    falhas_ate_pausar = 10_000

    def espera(self, tentativa: int) -> timedelta:
        return timedelta(seconds=0.2)


registrar(Apressado())
print("pronto", flush=True)
while True:
    enviar(segundos=5)
    time.sleep(0.05)
