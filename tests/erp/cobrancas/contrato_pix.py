"""The Central Bank's document of the Pix API, held against what is asked and answered. Where it is not at hand, nothing is.

`shared/apis` beside the checkout, as the samples of notes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no types here
import yaml

from erp.cobrancas.pix.falso import PixFalso

DOCUMENTO = Path(__file__).resolve().parents[4] / "shared" / "apis" / "pix-bacen-2.9.0.yaml"


class Conferente:
    """What `PixFalso` was asked, and what it answered."""

    _mudo = False

    @staticmethod
    @contextmanager
    def de(pix: PixFalso) -> Iterator[list[str]]:
        """Hold every call of `pix` against the document; at the end, say what did not agree."""
        defeitos: list[str] = []
        rotear = pix.rotear

        def conferir(metodo: str, partes: list[str], corpo: dict[str, Any], parametros: Mapping[str, str]) -> Any:
            status, resposta = rotear(metodo, partes, corpo, parametros)
            if DOCUMENTO.exists() and not Conferente._mudo:
                defeitos.extend(_conferir(metodo, partes[1:], corpo, parametros, status, resposta))
            return status, resposta

        pix.rotear = conferir  # type: ignore[method-assign]  # for this one alone
        yield defeitos
        assert defeitos == []

    @staticmethod
    @contextmanager
    def calado() -> Iterator[None]:
        """While the stand-in is told to say what no document has."""
        Conferente._mudo = True
        yield
        Conferente._mudo = False


@functools.cache
def documento() -> dict[str, Any]:
    lido: dict[str, Any] = yaml.load(DOCUMENTO.read_text(), Loader=yaml.CSafeLoader)
    consultados = lido["components"]["schemas"]["PixConsultados"]
    consultados["required"] = ["parametros"]  # it asks for `cobs`, which is of another answer
    return lido


def _conferir(
    metodo: str, partes: list[str], corpo: Any, parametros: Mapping[str, str], status: int, resposta: Any
) -> Iterator[str]:
    onde = f"{metodo} /{'/'.join(partes)}"
    achado = _operacao(metodo, partes)
    if achado is None:
        yield f"{onde}: o documento não tem"
        return
    operacao, no_caminho = achado
    for definicao in operacao.get("parameters", []):
        dado = _resolver(definicao)
        if dado["in"] == "path":
            yield from _validar(f"{onde} {dado['name']}", dado["schema"], no_caminho[dado["name"]])
        elif dado["in"] == "query" and dado.get("required") and dado["name"] not in parametros:
            yield f"{onde}: falta {dado['name']}"
    aceitos = {_resolver(d)["name"] for d in operacao.get("parameters", []) if _resolver(d)["in"] == "query"}
    yield from (f"{onde}: {nome} não é do documento" for nome in set(parametros) - aceitos)
    if esquema := _esquema(operacao.get("requestBody")):
        yield from _validar(f"{onde} pedido", esquema, corpo)
    if 200 <= status < 300:
        dita = operacao["responses"].get(str(status))
        if dita is None:
            yield f"{onde}: o documento não tem a resposta {status}"
        elif esquema := _esquema(dita):
            yield from _validar(f"{onde} resposta", esquema, resposta)


def _operacao(metodo: str, partes: list[str]) -> tuple[dict[str, Any], dict[str, str]] | None:
    for caminho, item in documento()["paths"].items():
        moldes = caminho.strip("/").split("/")
        if len(moldes) != len(partes) or metodo.lower() not in item:
            continue
        if all(m == p or m.startswith("{") for m, p in zip(moldes, partes, strict=True)) and moldes[0] == partes[0]:
            no_caminho = {m.strip("{}"): p for m, p in zip(moldes, partes, strict=True) if m.startswith("{")}
            operacao = dict(item[metodo.lower()])
            operacao["parameters"] = [*item.get("parameters", []), *operacao.get("parameters", [])]
            return operacao, no_caminho
    return None


def _resolver(no: Any) -> Any:
    while "$ref" in no:
        alvo = documento()
        for parte in no["$ref"].removeprefix("#/").split("/"):
            alvo = alvo[parte]
        no = alvo
    return no


def _esquema(no: Any) -> Any:
    if not no:
        return None
    conteudo = _resolver(no).get("content", {})
    return next((c.get("schema") for tipo, c in conteudo.items() if "json" in tipo), None)


def _validar(onde: str, esquema: Any, valor: Any) -> Iterator[str]:
    inteiro = {**esquema, "components": documento()["components"]}
    for erro in jsonschema.Draft202012Validator(inteiro).iter_errors(valor):
        yield f"{onde}: {erro.json_path}: {erro.message[:200]}"
