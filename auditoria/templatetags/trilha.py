"""The way from any page of the admin to who touched what it shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.apps import apps
from django.contrib.admin.utils import unquote
from django.urls import reverse

from auditoria.pessoas.identidade import referencia
from auditoria.trilha.velado import velar

register = template.Library()
_FIM = "_change"


@register.simple_tag(takes_context=True)
def quem_mexeu(context: dict[str, Any]) -> str:
    """The address of the events of the object whose page this is, by its address; nothing on any other page.

    By the address, and not by what the page holds: pages made by hand are pages of an object too.
    """
    request = context.get("request")
    achado = getattr(request, "resolver_match", None)
    if request is None or achado is None or achado.namespace != "admin" or not (achado.url_name or "").endswith(_FIM):
        return ""
    app, _, modelo = achado.url_name.removesuffix(_FIM).partition("_")
    if app == "auditoria" or not request.user.has_perm("auditoria.view_evento"):
        return ""
    try:
        objeto = apps.get_model(app, modelo)._meta.label_lower
    except LookupError:
        return ""
    consulta = {"objeto": objeto, "id_objeto": velar(referencia(unquote(str(achado.kwargs.get("object_id", "")))))}
    return f"{reverse('admin:auditoria_evento_changelist')}?{urlencode(consulta)}"
