"""A worker of the mass reprocess to be killed: works what is under way, for ever. Run as a module by the tests."""

import time

import django

django.setup()

from pdv.processamento.reprocesso.worker import trabalhar  # noqa: E402  # after setup, which reads the models

print("pronto", flush=True)
while True:
    trabalhar()
    time.sleep(0.02)
