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
