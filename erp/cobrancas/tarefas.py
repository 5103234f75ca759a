"""What of charges waits for a member of staff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.contrib.auth.models import User

from erp.acesso import escopo
from erp.cobrancas.models import AlarmeCobranca, TefEvento
from erp.contatos.registro import Tarefa

TETO: Final = 1_000


def tarefas(usuario: User) -> Iterator[Tarefa]:
    """The alarms that nobody saw, of the filiais of this person. Never a count without an end."""
    if not usuario.has_perm("cobrancas.ver_alarmecobranca"):
        return
    abertos = escopo.restringir(AlarmeCobranca.objects.filter(visto_em=None), usuario, "cobranca__filial_id")
    n = len(abertos.order_by("-pk").values_list("pk", flat=True)[: TETO + 1])
    if n:
        quantos = f"mais de {TETO}" if n > TETO else str(n)
        yield Tarefa(f"Alarmes de cobranças: {quantos}", "/admin/cobrancas/alarmecobranca/")
    cartoes = escopo.restringir(TefEvento.objects.exclude(problema=""), usuario, "filial_id")
    n = len(cartoes.order_by("-pk").values_list("pk", flat=True)[: TETO + 1])
    if n:
        quantos = f"mais de {TETO}" if n > TETO else str(n)
        yield Tarefa(f"Vendas em cartão que pedem atenção: {quantos}", "/admin/cobrancas/tefevento/?atencao=sim")
