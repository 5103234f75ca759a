"""A Monitor to be killed: drains once, or for ever. Run as a module by the tests."""

import sys
import time

import django

django.setup()

from clientes.monitor.services import varrer  # noqa: E402  # after setup, which reads the models

print("pronto", flush=True)
varrer(por="processo")
while "sempre" in sys.argv:
    time.sleep(0.02)
    varrer(por="processo")
