"""The badge with its buttons, as this person may use them: at the top of the trail, and on the first page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse

from auditoria.distintivo import distintivo, verificador_para


def quadro(usuario: User | AnonymousUser, *, na_trilha: bool = False) -> dict[str, Any] | None:
    """What `auditoria/_estado.html` shows as `s`; None for who does not see how the verifications ended."""
    if not usuario.has_perm("auditoria.view_verificacao"):
        return None
    d = distintivo()
    ve_a_trilha = not na_trilha and usuario.has_perm("auditoria.view_evento")
    pode_pedir = usuario.has_perm("auditoria.view_evento") and verificador_para(usuario) is not None
    return {
        "d": d,
        "url": d.url,
        "trilha": reverse("admin:auditoria_evento_changelist") if ve_a_trilha else "",
        "verificar": reverse("admin:auditoria_evento_verificar") if pode_pedir else "",
    }
