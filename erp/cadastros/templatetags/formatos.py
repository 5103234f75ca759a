"""Numbers and people in templates."""

from decimal import Decimal

from django import template

from auditoria.atores import nome_do_ator
from erp.cadastros.formatos import texto_numero, texto_reais

register = template.Library()
register.filter("reais", texto_reais)
register.filter("quem", nome_do_ator)


@register.filter
def quantidade(valor: Decimal) -> str:
    return texto_numero(valor, 4)


@register.filter
def custo(valor: Decimal) -> str:
    return texto_numero(valor, 6, 2)


@register.filter
def unlocal(valor: int) -> str:
    """A number for an address or a hidden field: no thousands separator."""
    return str(valor)
