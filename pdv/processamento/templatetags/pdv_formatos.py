"""The formats of `pdv.processamento.formatos`, for templates."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.apps import apps
from django.contrib.admin import site
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pdv.processamento import formatos
from pdv.replicacao.models import SituacaoProcessamento

_PAGINA_DO_ADMIN = re.compile(r"/admin/(\w+)/(\w+)/(add/|$|\?|[^/]+/change/)")

register = template.Library()
register.filter("reais", formatos.reais)
register.filter("quando", formatos.data_hora)
register.filter("dia", formatos.data)
register.filter("chave_acesso", formatos.chave_acesso)


@register.filter
def quantidade(valor: Any) -> str:
    return formatos.numero(valor)


@register.filter
def selo(situacao: int) -> SafeString:
    """The coloured label of a situação of staging."""
    qual = SituacaoProcessamento(situacao)
    return format_html('<span class="rtg-selo {}">{}</span>', formatos.CORES[qual], formatos.SITUACOES[qual])


@register.filter
def pagina(linha: Model | None) -> str:
    """The address of a row's admin page, or nothing."""
    return formatos.url_de(linha, linha.pk) if linha is not None else ""


@register.filter
def para(endereco: str | None, request: HttpRequest) -> str:
    """The address, when this person may open the admin page that it leads to; else nothing: the text stands alone."""
    achado = _PAGINA_DO_ADMIN.match(endereco or "")
    if not endereco or achado is None:
        return endereco or ""
    app, modelo, resto = achado.groups()
    pagina_do_modelo = site._registry.get(apps.get_model(app, modelo))
    if pagina_do_modelo is None:
        return ""
    pode = pagina_do_modelo.has_add_permission if resto == "add/" else pagina_do_modelo.has_view_or_change_permission
    return endereco if pode(request) else ""


@register.filter
def de(por_chave: Any, chave: Any) -> Any:
    """What a dictionary has for a key, or an empty list."""
    return por_chave.get(chave, []) if isinstance(por_chave, dict) else []
