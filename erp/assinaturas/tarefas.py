"""What of signatures waits for a member of staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User
from django.utils import timezone

from erp.acesso import escopo
from erp.assinaturas.models import Assinatura
from erp.contatos.registro import Tarefa

TETO: Final = 1_000
RECENTES: Final = timedelta(days=7)


def tarefas(usuario: User) -> Iterator[Tarefa]:
    """What was declined, refused or does not agree in the last days, of the filiais of this person."""
    if not usuario.has_perm("assinaturas.pedir_assinatura"):
        return
    novas = Assinatura.objects.filter(Assinatura.ATENCAO, mudou_em__gte=timezone.now() - RECENTES)
    n = len(escopo.restringir(novas, usuario, "filial_id").order_by("-mudou_em").values_list("pk")[: TETO + 1])
    if n:
        quantas = f"mais de {TETO}" if n > TETO else str(n)
        yield Tarefa(f"Assinaturas recusadas ou com erro: {quantas}", "/admin/assinaturas/assinatura/?atencao=sim")
