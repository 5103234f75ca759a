"""Amounts of time in templates."""

from django import template

from erp.colaboradores.jornada import mostrar_minutos

register = template.Library()


@register.filter
def horas(minutos: int | None) -> str:
    """`8:05`; nothing for zero, which would only fill the page."""
    return mostrar_minutos(minutos) if minutos else ""


@register.filter
def horas_ou_zero(minutos: int | None) -> str:
    return mostrar_minutos(minutos or 0)


@register.filter
def em_trechos(horarios: str | None) -> list[str]:
    """The stretches of `08:00-12:00 13:00-17:00`, each not to be broken in two lines."""
    return (horarios or "").split()
