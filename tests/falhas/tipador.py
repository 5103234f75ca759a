"""One run of the tags, two customers at a time, to be killed. Run as a module by the tests, which give it its database.

Its argument is the execution that it is, which the test made.
"""

import sys
from datetime import date

import django

django.setup()

from erp.planos.tipagem.services import tipar  # noqa: E402  # after setup, which reads the models
from erp.rotinas.contexto import Contexto  # noqa: E402  # idem

tipar(Contexto(int(sys.argv[1]), referencia=date.fromisoformat(sys.argv[2])), por_vez=2)
