"""The routines on the first page: what was missed, what failed, what takes long, what waits for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse

from erp.painel.rules import ha_quanto
from erp.rotinas.admin.alarmes import CORES, url_do_alarme
from erp.rotinas.admin.textos import titulo_da
from erp.rotinas.models import AlarmeRotina
from erp.rotinas.retratos import parada_desde

MOSTRADOS = 8


def quadro_das_rotinas(usuario: User | AnonymousUser, agora: datetime) -> dict[str, Any] | None:
    """What the card shows; None for who does not see the routines. Open alarms are at most four for each routine."""
    if not usuario.has_perm("rotinas.view_rotinaagendada"):
        return None
    abertos = list(
        AlarmeRotina.objects.filter(encerrado_em=None).select_related("execucao").order_by("tipo", "-ultimo_em")
    )
    parada = parada_desde(agora)
    return {
        "url": reverse("admin:rotinas_rotinaagendada_changelist"),
        "problemas_url": f"{reverse('admin:rotinas_rotinaagendada_changelist')}?mostrar=problemas",
        "parada": ha_quanto(parada, agora) if parada else "",
        "alarmes": [_linha(a, agora, usuario) for a in abertos[:MOSTRADOS]],
        "a_mais": max(0, len(abertos) - MOSTRADOS),
        "em_dia": not abertos and parada is None,
    }


def _linha(a: AlarmeRotina, agora: datetime, usuario: User | AnonymousUser) -> dict[str, str]:
    ve_execucao = usuario.has_perm("rotinas.view_execucao")
    da_rotina = AlarmeRotina(rotina=a.rotina)
    pode_ver = usuario.has_perm("rotinas.executar_rotina") and usuario.has_perm("rotinas.view_alarmerotina")
    return {
        "titulo": titulo_da(a.rotina),
        "url": url_do_alarme(a if ve_execucao else da_rotina),
        "selo": a.get_tipo_display(),
        "cor": CORES[a.tipo],
        "texto": a.texto.strip(),
        "ha": ha_quanto(a.ultimo_em, agora),
        "vezes": f"{a.vezes} vezes" if a.vezes > 1 else "",
        "visto": reverse("admin:rotinas_alarmerotina_visto", args=[a.pk]) if pode_ver else "",
    }
