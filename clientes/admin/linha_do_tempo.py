"""A customer's history as its page shows it: with links, for who may follow them, and page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode

from clientes.historico import historico


def contexto_do_historico(request: HttpRequest, codigo: str) -> dict[str, Any]:
    antes = _momento(request.GET.get("antes", ""))
    achado = historico(codigo, antes=antes)
    continua = achado.continua_antes
    return {
        "momentos": [
            {
                "em": m.em,
                "titulo": m.titulo,
                "detalhe": m.detalhe,
                "cor": m.cor,
                "icone": m.icone,
                "url": _endereco(request, m.origem),
            }
            for m in achado.momentos
        ],
        "passado": achado.passado,
        "ve_trilha": request.user.has_perm("auditoria.view_evento"),
        "pagina_seguinte": antes is not None,
        "mais_antigos": "" if continua is None else urlencode({"antes": continua.isoformat()}),
    }


def _momento(texto: str) -> datetime | None:
    """What an address says; one that was tampered with says nothing."""
    try:
        lido = parse_datetime(texto)
    except ValueError:
        return None
    if lido is None or not 1900 < lido.year < 9999:
        return None
    return timezone.make_aware(lido) if timezone.is_naive(lido) else lido


def _endereco(request: HttpRequest, linha: Model) -> str:
    pagina = admin.site._registry.get(type(linha))
    if pagina is None or not pagina.has_view_permission(request):
        return ""
    return reverse(f"admin:{linha._meta.app_label}_{linha._meta.model_name}_change", args=[linha.pk])
