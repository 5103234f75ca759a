"""One run of the day's sheets, two employees at a time, to be killed. Run as a module by the tests, which give it its database.

Its arguments are the execution that it is, which the test made, and the day.
"""

import sys
from datetime import date

import django

django.setup()

from erp.colaboradores.services.geracao import gerar_dia  # noqa: E402  # after setup, which reads the models
from erp.rotinas.contexto import Contexto  # noqa: E402  # idem

contexto = Contexto(int(sys.argv[1]), referencia=date.fromisoformat(sys.argv[2]))
gerar_dia(contexto.referencia, confirmar=contexto.confirmar, por_lote=2)
