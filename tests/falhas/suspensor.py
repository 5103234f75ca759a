"""One run of a routine of plans, two contracts at a time, to be killed. Run as a module by the tests, which give it its database.

Its arguments are the routine, the execution that it is, which the test made, and its day.
"""

import sys
from datetime import date

import django
from django.conf import settings

django.setup()

from auditoria.services import Ator  # noqa: E402  # after setup, which reads the models
from erp.planos.rotinas import CANCELAMENTO, SUSPENSAO  # noqa: E402  # idem
from erp.planos.services import lotes  # noqa: E402  # idem
from erp.planos.services.cancelamento import cancelar_em_atraso  # noqa: E402  # idem
from erp.planos.services.suspensao import suspender_em_atraso  # noqa: E402  # idem
from erp.rotinas.contexto import Contexto  # noqa: E402  # idem

lotes.POR_LOTE = 2
settings.ROTINA_APROVACAO_ACIMA = 1_000_000
lotes.ESPERA_PELA_TRAVA = "60s"
rotina, execucao, dia = sys.argv[1:]
contexto = Contexto(int(execucao), referencia=date.fromisoformat(dia))
{SUSPENSAO: suspender_em_atraso, CANCELAMENTO: cancelar_em_atraso}[rotina](contexto, Ator("rotina", "teste"))
