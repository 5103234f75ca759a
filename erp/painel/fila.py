"""The queue on the first page: errors by cause, the oldest pending, what stands still. Bounded reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse

from filas.admin import formatos
from filas.admin.topo import em_numeros, frase_do_parado, linha_da_causa, lista
from filas.contagens import erros_por_causa, por_situacao
from filas.estado import parados, pendente_mais_antiga
from filas.models import Mensagem

CAUSAS_MOSTRADAS = 6
Situacao = Mensagem.Situacao


def quadro_da_fila(usuario: User | AnonymousUser, agora: datetime) -> dict[str, Any] | None:
    """What the card shows; None for who does not see the queue, and while nothing was ever put into it."""
    if not usuario.has_perm("filas.view_mensagem") or not Mensagem.objects.exists():
        return None
    contagens = por_situacao()
    causas = erros_por_causa()
    pendente = pendente_mais_antiga()
    pendentes, erros = contagens[Situacao.PENDENTE], contagens[Situacao.ERRO]
    return {
        "url": reverse("admin:filas_mensagem_changelist"),
        "pendentes": em_numeros(pendentes),
        "pendentes_url": lista(situacao=Situacao.PENDENTE.value),
        "mais_antiga": formatos.ha(pendente, agora) if pendente else "",
        "erros": em_numeros(erros),
        "causas": [linha_da_causa(g) for g in causas[:CAUSAS_MOSTRADAS]],
        "causas_a_mais": max(0, len(causas) - CAUSAS_MOSTRADAS),
        "parados": [frase_do_parado(r) for r in parados()],
        "contextos_url": reverse("admin:filas_estadocontexto_changelist"),
        "em_dia": not causas and not pendentes.n,
        "pode_reprocessar": usuario.has_perm("filas.reprocessar_mensagem"),
        "pode_cancelar": False,  # from the queue itself, where there is more to see
    }
