"""What can be asked of the Monitor: drain the notes, now or by the tick; try again what was put aside."""

from __future__ import annotations

import time
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator, ator_usuario, registrar
from clientes.models import Pendente, Varredura
from clientes.monitor import DESPERTADOR
from clientes.monitor.dreno import DrenoClientes
from filas import acordar
from filas.drain import drenar

LOTE: Final = 1_000
SEGUNDOS_DO_PEDIDO: Final = 5.0  # of a person who waits for the page; the rest goes on in the background


def varrer(*, por: Ator | str, limite_segundos: float | None = None) -> Varredura | None:
    """Turn every note that is due into messages; several may be asked to at once, and one does.

    None when there was nothing to do, or another Monitor is at it. What is left after `limite_segundos`, or by a death,
    is found by the next.
    """
    dreno = DrenoClientes(str(por))
    ate = None if limite_segundos is None else time.monotonic() + limite_segundos
    drenar([dreno], limite=LOTE, ate=ate)
    if dreno.varredura_id is None:
        return None
    Varredura.objects.filter(pk=dreno.varredura_id).update(terminada_em=timezone.now())
    return Varredura.objects.filter(pk=dreno.varredura_id).first()


@sensivel("clientes.varredura_pedida")
def varrer_agora(*, usuario: User) -> Varredura | None:
    """A person's: takes up what was put aside too, for a few seconds; then the background goes on."""
    with transaction.atomic():
        retomadas = Pendente.objects.exclude(erro="").update(
            erro="", mortes=0, tentativas=0, proxima_tentativa_em=timezone.now()
        )
        registrar(acao="clientes.varredura_pedida", ator=ator_usuario(usuario), depois={"retomadas": retomadas})
    varredura = varrer(por=ator_usuario(usuario), limite_segundos=SEGUNDOS_DO_PEDIDO)
    acordar(DESPERTADOR)
    return varredura
