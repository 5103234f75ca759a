"""A worker of messages to be killed: hands over, sends and takes note, for ever, with leases that a test can live with."""

import time
from datetime import timedelta

import django

django.setup()

from erp.contatos.email.contexto import Email  # noqa: E402  # after setup, which reads the models
from erp.contatos.registro import Modelo, registrar_modelo  # noqa: E402  # idem
from erp.contatos.services import acompanhar, enviar  # noqa: E402  # idem
from filas.fila.contextos import registrar  # noqa: E402  # idem
from filas.fila.motor import enviar as enviar_a_fila  # noqa: E402  # idem


class Apressado(Email):
    reserva = timedelta(seconds=2)
    tentativas = 10_000
    falhas_ate_pausar = 10_000

    def espera(self, tentativa: int) -> timedelta:
        return timedelta(seconds=0.2)


email = Apressado()
registrar(email)
registrar_modelo(Modelo("teste", "Teste", "", {"coisa": "uma coisa"}, {"coisa": "x"}, "a", "b"))
print("pronto", flush=True)
while True:
    enviar()
    enviar_a_fila([email], segundos=5)
    acompanhar()
    time.sleep(0.05)
