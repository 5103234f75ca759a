"""What may be kept of a call: a curl that anybody can run again, with the secrets left out. Pure.

Secrets become shell variables, which bash asks for by name when they are not set: running the curl again needs them,
reading it does not show them. Whatever the content, each literal is one shell word (`shlex.quote`).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from auditoria.rules import OCULTO, mascarar_campo
from filas.fila.valores import Requisicao

# Linux takes 128 KiB in one argument; what is longer goes by standard input.
ARGUMENTO_MAXIMO: Final = 100_000
_SEMPRE_SECRETOS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"})
_ESQUEMA: Final = re.compile(r"(Bearer|Basic|Api-Key|Token|Digest) +", re.IGNORECASE)
_GLOBO: Final = re.compile(r"[\[\]{}]")  # what curl would expand in an address
_SEGREDO_MINIMO: Final = 4  # of a shorter one, taking it out would only spoil the text


class Variavel(str):
    """The name of a shell variable that stands where a secret was."""


Palavra = list[str]  # parts of one shell word, each literal or `Variavel`


def curl(requisicao: Requisicao) -> str:
    """The command, one option a line. The `Idempotency-Key` is in it: run again, the other side knows it for the same.

    >>> print(curl(requisicao))
    curl --request POST \\
      --url https://exemplo.com.br/setIlli \\
      --header 'Authorization: Bearer '"${AUTHORIZATION:?defina AUTHORIZATION}" \\
      --header 'Content-Type: application/json' \\
      --data-raw '{"codigo": "7"}'
    """
    opcoes = [f"--request {shlex.quote(requisicao.metodo.upper())}"]
    if _GLOBO.search(requisicao.url):
        opcoes.append("--globoff")
    opcoes.append(f"--url {_escrever(_url(requisicao.url))}")
    opcoes += [f"--header {_escrever(palavra)}" for palavra in _cabecalhos(requisicao)]
    entrada = ""
    if requisicao.json is not None:
        corpo = _corpo(requisicao.json)
        if len(corpo.encode()) > ARGUMENTO_MAXIMO:
            opcoes.append("--data-binary @-")
            entrada = f" <<'FIM'\n{corpo}\nFIM"  # a JSON of one line is never the word FIM
        else:
            opcoes.append(f"--data-raw {shlex.quote(corpo)}")
    return "curl " + " \\\n  ".join(opcoes) + entrada


def ocultar_segredos(texto: str, requisicao: Requisicao) -> str:
    """A text that came back without the secrets that went: a debug page repeats the headers of the request."""
    for nome, valor in requisicao.cabecalhos.items():
        if _secreto(nome, requisicao.segredos):
            segredo = _separar(valor)[1]
            if len(segredo) >= _SEGREDO_MINIMO:
                for forma in {segredo, segredo.replace("/", "\\/"), json.dumps(segredo)[1:-1]}:
                    texto = texto.replace(forma, OCULTO)
    return texto


def _cabecalhos(requisicao: Requisicao) -> Iterator[Palavra]:
    if requisicao.json is not None and "content-type" not in {nome.lower() for nome in requisicao.cabecalhos}:
        yield ["Content-Type: application/json"]
    for nome, valor in requisicao.cabecalhos.items():
        if not valor:
            yield [f"{nome};"]  # with a colon curl would leave the header out
        elif _secreto(nome, requisicao.segredos):
            yield [f"{nome}: {_separar(valor)[0]}", _variavel(nome)]
        else:
            yield [f"{nome}: {valor}"]


def _url(url: str) -> Palavra:
    """The address in parts: the credentials before the host, and the values of a query that tell too much, left out."""
    partes = urlsplit(url)
    credencial, arroba, servidor = partes.netloc.rpartition("@")
    palavra: Palavra = [f"{partes.scheme}://", *([Variavel("CREDENCIAL"), "@"] if arroba and credencial else [])]
    palavra.append(urlunsplit(("", "", partes.path, "", "")) if not servidor else f"{servidor}{partes.path}")
    for posicao, par in enumerate(partes.query.split("&") if partes.query else []):
        nome, igual, valor = par.partition("=")
        palavra.append(f"{'&' if posicao else '?'}{nome}{igual}")
        palavra.append(valor if not valor or mascarar_campo(nome, valor) == valor else _variavel(nome))
    return palavra


def _secreto(nome: str, segredos: frozenset[str]) -> bool:
    return nome.lower() in _SEMPRE_SECRETOS or nome.lower() in {segredo.lower() for segredo in segredos}


def _separar(valor: str) -> tuple[str, str]:
    """`Bearer abc` -> ("Bearer ", "abc"); of a value without a known scheme, all of it is the secret."""
    esquema = _ESQUEMA.match(valor)
    return (esquema[0], valor[esquema.end() :]) if esquema else ("", valor)


def _variavel(nome: str) -> Variavel:
    limpo = re.sub(r"[^A-Z0-9]+", "_", nome.upper()).strip("_")
    return Variavel(f"SEGREDO_{limpo}" if not limpo or limpo[0].isdigit() else limpo)


def _escrever(palavra: Palavra) -> str:
    """One shell word: the literals next to each other quoted together, each variable in double quotes."""
    escrita, literal = "", ""
    for parte in palavra:
        if isinstance(parte, Variavel):
            escrita += (shlex.quote(literal) if literal else "") + f'"${{{parte}:?defina {parte}}}"'
            literal = ""
        else:
            literal += parte
    return escrita + (shlex.quote(literal) if literal or not escrita else "")


def _corpo(valor: Any) -> str:
    corpo = json.dumps(valor, ensure_ascii=False)
    try:
        corpo.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: only its escape can be written
        return json.dumps(valor)
    return corpo
