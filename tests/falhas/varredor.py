"""A Monitor to be killed: turns notes into messages, for ever. Run as a module by the tests, which give it its database."""

import time

import django

django.setup()

from clientes.monitor.services import varrer  # noqa: E402  # after setup, which reads the models

print("pronto", flush=True)
while True:
    varrer(por="teste")
    time.sleep(0.05)
