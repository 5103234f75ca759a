"""How what the two sides say looks to a clerk: codes, fields side by side, masked for who may not read documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from auditoria.rules import mascarar_campo
from erp.cadastros.documentos import PERMISSAO, mostrar
from erp.sincronizacao.entidades import ENTIDADES
from filas.admin.formatos import VAZIO

VENDAS: Final = "vendas"
ENTIDADE_DE: Final = {nome: e.titulo for nome, e in ENTIDADES.items()} | {VENDAS: "Vendas"}
_LINHAS: Final = {"1": "turno", "2": "operação", "3": "nota"}
_ROTULOS: Final = {"condicoes": "condições", "conteudo": "conteúdo", "ponto_venda": "PDV", "filial": "filial"}


def le_documentos(request: HttpRequest) -> bool:
    usuario = request.user
    return isinstance(usuario, User | AnonymousUser) and usuario.has_perm(PERMISSAO)


def codigo(linha: Any) -> str:
    """Of a conflict or a difference, as annotated by its list. A customer's code is often a CPF."""
    return _codigo(linha.entidade, linha.chave, linha.aqui or {}, inteiro=linha.inteiro)


def _codigo(entidade: str, chave: str, aqui: Mapping[str, Any], *, inteiro: bool) -> str:
    if entidade == VENDAS:
        tipo = _LINHAS.get(chave.partition(".")[0], "linha")
        return f"{tipo} {aqui.get('numero', '')} do PDV {aqui.get('ponto_venda', '')}"
    return mostrar(chave, inteiro=inteiro) if entidade == "clientes" else chave


def lados(linha: Any) -> dict[str, list[dict[str, Any]]]:
    """The fields of a conflict or a difference, in the order of the feed: what changed, and what says something else."""
    entidade, aqui, la = linha.entidade, linha.aqui or {}, linha.la or {}
    do_feed = ENTIDADES[entidade].dados.__struct_fields__ if entidade in ENTIDADES else ()
    nomes = [n for n in dict.fromkeys([*do_feed, *aqui, *la]) if n in aqui or n in la]
    mudados = set(linha.campos) or {n for n in nomes if aqui and la and aqui.get(n) != la.get(n)}
    linhas = [
        {
            "rotulo": rotulo(entidade, nome), "mudou": nome in mudados,
            "aqui": valor(nome, aqui.get(nome), linha.inteiro), "la": valor(nome, la.get(nome), linha.inteiro),
        }
        for nome in nomes
    ]  # fmt: skip
    ditas = [x for x in linhas if not x["mudou"] and {x["aqui"], x["la"]} != {VAZIO}]
    return {"mudadas": [x for x in linhas if x["mudou"]], "iguais": ditas}


def rotulo(entidade: str, campo: str) -> str:
    """What a field of the feed is called on the screens of its own register."""
    if campo in _ROTULOS or entidade not in ENTIDADES:
        return _ROTULOS.get(campo, campo)
    try:
        return str(getattr(ENTIDADES[entidade].tabelas[0]._meta.get_field(campo), "verbose_name", campo))
    except FieldDoesNotExist:
        return campo.removesuffix("_id").replace("_", " ")


def valor(nome: str, dito: Any, inteiro: bool) -> str:
    if dito is None or dito == "":
        return VAZIO
    if isinstance(dito, bool):
        return "sim" if dito else "não"
    visto = dito if inteiro else mascarar_campo(nome, dito)
    return visto if isinstance(visto, str) else json.dumps(visto, ensure_ascii=False)


def rotina_url(caminho: str) -> str:
    """The page of a routine, where it is asked for."""
    return f"{reverse('admin:rotinas_rotinaagendada_changelist')}?caminho={caminho}"


def inteiro(texto: str) -> SafeString:
    """In one line, however narrow the column: a document breaks at its dash."""
    return format_html('<span class="whitespace-nowrap">{}</span>', texto)


def em_lista(entidade: str, campos: Sequence[str]) -> SafeString:
    """The fields by their names, each whole."""
    return format_html_join(", ", '<span class="whitespace-nowrap">{}</span>', ((rotulo(entidade, c),) for c in campos))
