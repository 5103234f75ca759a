"""A worker of routines to be killed. Run as a module by the tests, which give it its database.

Its routine does `TAMANHO` pieces of work, each in a transaction of its own, and picks up where the last one stopped: a
piece done is a row, told only by how many there are, so that two at once would do the same piece twice.
"""

import time
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402  # after setup, which reads the models
from django.utils import timezone  # noqa: E402

from erp.rotinas import registro  # noqa: E402
from erp.rotinas.agenda import diaria  # noqa: E402
from erp.rotinas.contexto import Contexto  # noqa: E402
from erp.rotinas.models import Execucao  # noqa: E402
from erp.rotinas.registro import DO_DIA, rotina  # noqa: E402
from erp.rotinas.services import executar_pendentes, limpeza, pulso  # noqa: E402

CAMINHO, FEITO, TAMANHO = "Teste/Longa", "Teste/Pedaco", 60
feitos = Execucao.objects.filter(rotina=FEITO)


def fazer(contexto: Contexto) -> None:
    while (n := feitos.count()) < TAMANHO:
        with transaction.atomic():
            Execucao.objects.create(
                rotina=FEITO,
                situacao=Execucao.Situacao.PERDIDA,
                iniciada_por=f"{n}",
                referencia=contexto.referencia,
                terminada_em=timezone.now(),
            )
            time.sleep(0.02)
            contexto.confirmar()
        contexto.contar("pedaços")
        contexto.registrar(f"pedaço {n}")


def declarar() -> None:
    rotina(CAMINHO, diaria("21:00"), "Longa", referencia=DO_DIA)(fazer)


def correr() -> None:
    """As if time went forty times faster: signs of life, and patience with those that give none."""
    registro._rotinas.clear()
    declarar()
    pulso.SEGUNDOS_ENTRE_SINAIS = 0.25
    limpeza.SEM_SINAL = timedelta(seconds=3)
    limpeza.TENTATIVAS = 1000  # type: ignore[misc]  # as many as the tests kill
    print("pronto", flush=True)
    while True:
        executar_pendentes()
        time.sleep(0.05)


if __name__ == "__main__":
    correr()
