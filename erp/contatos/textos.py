"""Templates: `{{campo}}` filled in and nothing else. No engine, so there is nothing to inject. Pure but for the registry.

Values go in as they are and are never read again for placeholders; a subject is one line; the HTML escapes all of it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

from erp.contatos.registro import campos_do_modelo

ASSUNTO_MAXIMO: Final = 200
CORPO_NA_META: Final = 1024
_NOME_NA_META: Final = re.compile(r"[a-z0-9_]+")
_IDIOMA: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_CAMPO: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_CHAVES: Final = re.compile(r"\{\{|\}\}|\{%|%\}")
_CONTROLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029]")  # but the tab and the line feed


class CampoAusente(LookupError):
    """O modelo pede um campo que este aviso não traz."""

    def __init__(self, campo: str) -> None:
        super().__init__(campo)
        self.campo = campo


class Carta(NamedTuple):
    """A template filled in."""

    assunto: str
    texto: str


def preencher(assunto: str, corpo: str, dados: Mapping[str, str]) -> Carta:
    """Fill a template in. Raises `CampoAusente`.

    >>> preencher("Olá, {{nome}}", "Vence em {{ dia }}.", {"nome": "Ana", "dia": "10/12"})
    Carta(assunto='Olá, Ana', texto='Vence em 10/12.')
    """
    limpos = {nome: limpar(valor) for nome, valor in dados.items()}
    uma_linha = " ".join(_trocar(assunto, limpos).split())
    return Carta(uma_linha[:ASSUNTO_MAXIMO].rstrip(), _trocar(limpar(corpo), limpos).strip())


def limpar(texto: str) -> str:
    """Line breaks as line feeds, and no other control character: none of it may end a header or upset the database."""
    return _CONTROLE.sub(" ", texto.replace("\r\n", "\n").replace("\r", "\n"))


def em_html(texto: str) -> SafeString:
    """A text as HTML, all of it escaped: paragraphs where it has blank lines, addresses one can click."""
    paragrafos = re.split(r"\n\s*\n", limpar(texto).strip())
    return mark_safe("".join(f"<p>{_paragrafo(p)}</p>" for p in paragrafos))  # every part was escaped just above


def campos_usados(*textos: str) -> list[str]:
    """The placeholders of a template, in order, each once."""
    return list(dict.fromkeys(nome for texto in textos for nome in _CAMPO.findall(texto)))


def erros_do_modelo(codigo: str, assunto: str, corpo: str) -> dict[str, list[str]]:
    """What is wrong with a template, by field: every error at once, each saying what may stand there."""
    erros: dict[str, list[str]] = {}
    if "\n" in assunto.strip() or "\r" in assunto.strip():
        erros.setdefault("assunto", []).append("O assunto é de uma linha só.")
    permitidos = campos_do_modelo(codigo)
    for campo, texto in (("assunto", assunto), ("corpo", corpo)):
        erros.setdefault(campo, []).extend(_erros(texto, permitidos))
    return {campo: lista for campo, lista in erros.items() if lista}


def parametros(corpo: str, dados: Mapping[str, str]) -> tuple[str, ...]:
    """The values of a template approved elsewhere, in the order of its fields: each in one line, as Meta asks, and none
    empty. Raises `CampoAusente`.
    """
    return tuple(" ".join(limpar(_trocar(f"{{{{{nome}}}}}", dados)).split()) or "-" for nome in campos_usados(corpo))


def numerado(corpo: str) -> str:
    """The text as it is registered at Meta: `{{1}}` for the first field, and so on.

    >>> numerado("Olá, {{nome}}: vence {{dia}}. Até {{dia}}.")
    'Olá, {{1}}: vence {{2}}. Até {{2}}.'
    """
    ordem = {nome: str(n) for n, nome in enumerate(campos_usados(corpo), start=1)}
    return _CAMPO.sub(lambda achado: f"{{{{{ordem[achado[1]]}}}}}", corpo)


def erros_na_meta(nome: str, idioma: str, corpo: str, *, em_uso: bool) -> dict[str, list[str]]:
    """What Meta would not take of a template, by field."""
    erros: dict[str, list[str]] = {}
    if not nome and em_uso:
        erros["nome_externo"] = ["Para usar este modelo, diga o nome com que a Meta o aprovou."]
    elif nome and not _NOME_NA_META.fullmatch(nome):
        erros["nome_externo"] = ["Só minúsculas, números e _: vencimento_proximo."]
    if not _IDIOMA.fullmatch(idioma):
        erros["idioma"] = ["Escreva como na Meta: pt_BR."]
    if len(corpo) > CORPO_NA_META:
        erros["corpo"] = [f"A Meta aceita até {CORPO_NA_META} letras."]
    texto = corpo.strip()
    if texto.startswith("{{") or texto.endswith("}}"):
        erros.setdefault("corpo", []).append("A Meta não aprova um texto que comece ou acabe com um campo.")
    return erros


def _trocar(texto: str, dados: Mapping[str, str]) -> str:
    def valor(achado: re.Match[str]) -> str:
        try:
            return dados[achado[1]]
        except KeyError:
            raise CampoAusente(achado[1]) from None

    return _CAMPO.sub(valor, texto)


def _paragrafo(texto: str) -> str:
    return "<br>".join(urlize(linha, nofollow=True, autoescape=True) for linha in texto.split("\n")) or escape(texto)


def _erros(texto: str, permitidos: Mapping[str, str]) -> list[str]:
    erros = [_desconhecido(nome, permitidos) for nome in campos_usados(texto) if nome not in permitidos]
    if solta := _CHAVES.search(_CAMPO.sub("", texto)):
        erros.append(f"Há {solta[0]} sem par ou com outra coisa dentro. Um campo se escreve assim: {{{{nome}}}}.")
    return erros


def _desconhecido(nome: str, permitidos: Mapping[str, str]) -> str:
    parecidos = difflib.get_close_matches(nome.lower(), permitidos, n=1, cutoff=0.6)
    dica = f" Você quis dizer {{{{{parecidos[0]}}}}}?" if parecidos else ""
    existem = ", ".join(f"{{{{{campo}}}}}" for campo in permitidos)
    return f"O campo {{{{{nome}}}}} não existe neste modelo.{dica} Os que existem: {existem}."
