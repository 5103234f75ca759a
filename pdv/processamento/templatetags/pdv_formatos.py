"""The formats of `pdv.processamento.formatos`, for templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pdv.processamento import formatos
from pdv.replicacao.models import SituacaoProcessamento

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
def de(por_chave: Any, chave: Any) -> Any:
    """What a dictionary has for a key, or an empty list."""
    return por_chave.get(chave, []) if isinstance(por_chave, dict) else []
