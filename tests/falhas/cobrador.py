"""One run of the maintenance charges, two contracts at a time, to be killed. Run as a module by the tests.

Its arguments are the execution that it is, which the test made, and its day.
"""

import sys
from datetime import date

import django

django.setup()

from erp.jazigos.services import gerar_cobrancas  # noqa: E402  # after setup, which reads the models
from erp.rotinas.contexto import Contexto  # noqa: E402  # idem

gerar_cobrancas(Contexto(int(sys.argv[1]), referencia=date.fromisoformat(sys.argv[2])), lote=2)
