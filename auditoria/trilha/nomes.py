"""What the things of the trail are called. The layers above are known here only as Django knows them, by their label."""

from __future__ import annotations

from typing import NamedTuple

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from auditoria.acoes import ACOES, por_grupo

# How events named these, before they were named by their model.
ANTIGOS = {"replicacao.operacaopdv": "Operação", "replicacao.notafiscal": "Nota fiscal"}

SIGLAS = {
    "cpf": "CPF",
    "cnpj": "CNPJ",
    "cpf_cnpj": "CPF ou CNPJ",
    "cpf_cgc": "CPF ou CNPJ",
    "cep": "CEP",
    "uf": "UF",
    "ip": "IP",
}


class Tipo(NamedTuple):
    """A kind of thing, for the filter: the value of its field, and what people call it."""

    valor: str
    nome: str


def modelo_de(objeto: str) -> type[Model] | None:
    """The model that an event's `objeto` names, however it is written; None for what is no model (any more)."""
    try:
        return apps.get_model(objeto)
    except (LookupError, ValueError):
        return None


def grafias(objeto: str) -> tuple[str, ...]:
    """Every way in which events name that kind of thing: the label as Django writes it or in lower case, of proxies too.

    >>> grafias("auth.USER"), grafias("x.Coisa")
    (('auth.User', 'auth.user'), ('x.Coisa',))
    """
    modelo = modelo_de(objeto)
    if modelo is None:
        return (objeto,) if objeto else ()
    concreto = modelo._meta.concrete_model or modelo
    iguais = [concreto, *(m for m in apps.get_models() if m._meta.proxy and m._meta.concrete_model is concreto)]
    rotulos = dict.fromkeys(rotulo for m in iguais for rotulo in (m._meta.label, m._meta.label_lower))
    antigo = ANTIGOS.get(concreto._meta.label_lower)
    return (*rotulos, antigo) if antigo else tuple(rotulos)


def nome_do_tipo(objeto: str) -> str:
    """`título`; what is no model is called as it was recorded."""
    modelo = modelo_de(objeto)
    return str(modelo._meta.verbose_name) if modelo else objeto


def nome_do_campo(objeto: str, campo: str) -> str:
    """A field as its form calls it; a name that no field has, without its underscores."""
    modelo = modelo_de(objeto)
    campos = {c.name: c for c in modelo._meta.get_fields()} if modelo else {}
    achado = str(getattr(campos.get(campo), "verbose_name", "") or SIGLAS.get(campo) or campo.replace("_", " "))
    return achado[:1].upper() + achado[1:]


def tipos() -> list[tuple[str, list[Tipo]]]:
    """The kinds of things that have a page, by app, for a list of choices."""
    grupos: dict[str, list[Tipo]] = {}
    for modelo in admin.site._registry:
        grupo = str(apps.get_app_config(modelo._meta.app_label).verbose_name)
        nome = str(modelo._meta.verbose_name)
        grupos.setdefault(grupo, []).append(Tipo(modelo._meta.label_lower, nome[:1].upper() + nome[1:]))
    return sorted((grupo, sorted(itens, key=lambda t: t.nome)) for grupo, itens in grupos.items())


def pagina_do_objeto(objeto: str, objeto_id: str, request: HttpRequest) -> str:
    """The address of the thing itself, if it is still there and this person may see it; else nothing."""
    modelo = modelo_de(objeto)
    pagina = admin.site._registry.get(modelo) if modelo and objeto_id else None
    if modelo is None or pagina is None or not pagina.has_view_or_change_permission(request):
        return ""
    try:
        if not pagina.get_queryset(request).filter(pk=objeto_id).exists():
            return ""
        return reverse(f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}_change", args=[quote(objeto_id)])
    except (ValueError, ValidationError, OverflowError, NoReverseMatch):  # what is no key of that kind
        return ""


def acoes_para_escolher(conhecidas: list[str], escolhida: str) -> list[tuple[str, list[Tipo]]]:
    """The actions for a list of choices, by group; those of old events that the list no longer has, and the one chosen."""
    grupos = [(grupo, [Tipo(*par) for par in pares]) for grupo, pares in por_grupo().items()]
    antigas = sorted({*conhecidas, *([escolhida] if escolhida else [])} - ACOES.keys())
    return [*grupos, ("Outras", [Tipo(acao, acao) for acao in antigas])] if antigas else grupos
