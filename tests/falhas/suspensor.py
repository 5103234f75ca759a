"""One run of the suspensions, two contracts at a time, to be killed. Run as a module by the tests, which give it its database.

Its arguments are the execution that it is, which the test made, and its day.
"""

import sys
from datetime import date

import django

django.setup()

from auditoria.services import Ator  # noqa: E402  # after setup, which reads the models
from erp.planos.services import lotes  # noqa: E402  # idem
from erp.planos.services.suspensao import suspender_em_atraso  # noqa: E402  # idem
from erp.rotinas.contexto import Contexto  # noqa: E402  # idem

lotes.POR_LOTE = 2
lotes.ESPERA_PELA_TRAVA = "60s"
suspender_em_atraso(Contexto(int(sys.argv[1]), referencia=date.fromisoformat(sys.argv[2])), Ator("rotina", "teste"))
