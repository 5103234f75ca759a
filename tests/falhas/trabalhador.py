"""A worker to be killed: drains what is pending, for ever. Run as a module by the tests, which give it its database."""

import time

import django

django.setup()

from pdv.processamento.services import drenar_tudo  # noqa: E402  # after setup, which reads the models

print("pronto", flush=True)
while True:
    drenar_tudo()
    time.sleep(0.05)
