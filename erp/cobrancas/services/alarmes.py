"""What a person should look at: opened with what it is about, closed by who looked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario
from auditoria.services import registrar as auditar
from erp.cobrancas.models import AlarmeCobranca, Cobranca

log = structlog.get_logger(__name__)


def alarmar(cobranca: Cobranca, tipo: AlarmeCobranca.Tipo, texto: str, *, agora: datetime) -> None:
    """Open an alarm, once for each charge and text. In the transaction of what it is about."""
    novo = AlarmeCobranca(cobranca=cobranca, tipo=tipo, texto=texto[:300], desde=agora)
    AlarmeCobranca.objects.bulk_create([novo], ignore_conflicts=True)
    log.warning("cobrancas.alarme", cobranca=cobranca.pk, tipo=tipo.value)


@sensivel("cobrancas.alarme_visto")
@transaction.atomic
def marcar_vistos(*, ids: Iterable[int], motivo: str, usuario: User) -> int:
    """Somebody looked: they leave the list, with who and what was done. Returns how many were still open."""
    abertos = AlarmeCobranca.objects.select_for_update().filter(pk__in=list(ids), visto_em=None).order_by("pk")
    vistos = list(abertos)
    AlarmeCobranca.objects.filter(pk__in=[a.pk for a in vistos]).update(
        visto_em=timezone.now(), visto_por=usuario, motivo=motivo[:500]
    )
    for alarme in vistos:
        auditar(
            acao="cobrancas.alarme_visto", ator=ator_usuario(usuario), objeto="cobrancas.cobranca",
            objeto_id=str(alarme.cobranca_id), depois={"alarme": alarme.texto}, motivo=motivo,
        )  # fmt: skip
    return len(vistos)
