"""Who may not read documents reads of a message only what its context says that anybody may.

An allow-list: a field that nobody thought of is hidden. A document shows its middle digits, as in every other list;
anything else of a person's is `***`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from auditoria.rules import OCULTO, mascarar_campo, mascarar_documento, mascarar_texto

VER_DOCUMENTOS = "cadastros.ver_documentos"
_SEPARADORES = re.compile(r"[\s.,/()+-]")
# Of no person in particular, in any context; what else is open its context says (`campos_abertos`).
_ABERTOS = frozenset({"tipo", "situacao", "status", "filial", "cidade", "uf", "ibge", "bacen", "pais_bc", "pais", "erro",
                      "mensagem", "message", "error", "errors", "code", "codigo_erro"})  # fmt: skip


def ve_documentos(request: HttpRequest) -> bool:
    return bool(request.user.has_perm(VER_DOCUMENTOS))


def chave(texto: str, *, inteiro: bool) -> str:
    """A record's key: masked where it is, or may be, a document, with or without its punctuation."""
    limpo = _SEPARADORES.sub("", texto)
    numero = limpo.isdecimal() and 8 <= len(limpo) <= 14
    return mascarar_documento(limpo) if not inteiro and (numero or len(limpo) in (11, 14)) else texto


def conteudo(valor: Any, *, inteiro: bool, abertos: frozenset[str] = frozenset(), nome: str = "") -> Any:
    """JSON as this person may read it, of the same shape."""
    if inteiro:
        return valor
    if isinstance(valor, Mapping):
        return {k: conteudo(v, inteiro=False, abertos=abertos, nome=str(k)) for k, v in valor.items()}
    if isinstance(valor, list | tuple):
        return [conteudo(v, inteiro=False, abertos=abertos, nome=nome) for v in valor]
    if valor in (None, "") or isinstance(valor, bool):
        return valor
    if nome.lower() in _ABERTOS or nome in abertos:
        return mascarar_texto(valor) if isinstance(valor, str) else valor
    mascarado = mascarar_campo(nome, valor)
    return mascarado if mascarado != valor else OCULTO


def texto(valor: str, *, inteiro: bool, abertos: frozenset[str] = frozenset()) -> str:
    """An answer or a message of the other side: JSON is hidden field by field, any other text where it looks personal."""
    if inteiro or not valor:
        return valor
    try:
        lido = json.loads(valor)
    except (ValueError, RecursionError):
        return mascarar_texto(valor)
    if isinstance(lido, dict | list):
        return json.dumps(conteudo(lido, inteiro=False, abertos=abertos), ensure_ascii=False, indent=2)
    return mascarar_texto(valor)
