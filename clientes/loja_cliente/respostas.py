"""What setIlli's answers mean, as a pure function.

No document of the other side says what its answers look like: a 2xx with JSON is a success unless it says otherwise, in
any of the ways such services do (`Mensagem: ERRO`, `erro: ...`, `success: false`, `status: 500`), at its top level. A
2xx that is no JSON (a proxy's page, nothing at all) proves nothing: it is tried again, and the other side knows the
message by its `Idempotency-Key`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from auditoria.rules import mascarar_texto
from erp.cadastros.textos import normalizar
from filas.fila.contextos import Resposta, Resultado, adiar, erro, pelo_status, sucesso

RECUSADA: Final = "RECUSADA"
MENSAGEM_MAXIMA: Final = 300
SEM_CORPO: Final = frozenset({204, 205})

_TEXTOS: Final = ("MENSAGEM DETALHADA", "MENSAGEM", "MESSAGE", "MSG", "DETAIL", "ERRO", "ERROR", "ERROS", "ERRORS")
_ERROS: Final = ("ERRO", "ERROS", "ERROR", "ERRORS", "EXCEPTION")
_SUCESSOS: Final = ("SUCESSO", "SUCCESS", "OK")
_ESTADOS: Final = ("MENSAGEM", "MESSAGE", "STATUS", "SITUACAO", "RESULTADO", "RESULT", "RETORNO")
_DE_ERRO: Final = frozenset({"ERRO", "ERROR", "FALHA", "FAIL", "FAILED", "FAILURE"})
_NAO: Final = frozenset({"", "0", "N", "NAO", "NO", "FALSE", "NULL", "NONE"})
_ILEGIVEL: Final = object()


def interpretar(resposta: Resposta) -> Resultado:
    """Success or what to do about it; the other side's own words are told, personal data in them masked."""
    if veredito := pelo_status(resposta):
        palavras = _palavras(_ler(resposta.corpo))
        return replace(veredito, mensagem=f"{veredito.mensagem}: {palavras}") if palavras else veredito
    if resposta.status in SEM_CORPO:
        return sucesso(f"HTTP {resposta.status}")
    corpo = _ler(resposta.corpo)
    if corpo is _ILEGIVEL:
        return adiar("RESPOSTA_ILEGIVEL", f"HTTP {resposta.status} com {_o_que_veio(resposta)}, e não JSON")
    if _diz_erro(corpo):
        return erro(RECUSADA, f"HTTP {resposta.status}, mas a resposta diz erro: {_palavras(corpo) or 'sem explicar'}")
    return sucesso(_palavras(corpo) or f"HTTP {resposta.status}")


def _ler(corpo: str) -> Any:
    try:
        return json.loads(corpo)
    except (ValueError, RecursionError):  # a body nested a thousand deep is nobody's answer
        return _ILEGIVEL


def _o_que_veio(resposta: Resposta) -> str:
    tipo = resposta.cabecalhos.get("content-type", "").partition(";")[0].strip()[:60]
    return f"{tipo or 'um texto'}" if resposta.corpo.strip() else "o corpo vazio"


def _diz_erro(corpo: Any) -> bool:
    if not isinstance(corpo, Mapping):
        return corpo is False or (isinstance(corpo, str) and normalizar(corpo) in _DE_ERRO)
    campos = _campos(corpo)
    return (
        any(_sim(campos[nome]) for nome in _ERROS if nome in campos)
        or any(not _sim(campos[nome]) for nome in _SUCESSOS if nome in campos)
        or any(_de_erro(campos[nome]) for nome in _ESTADOS if nome in campos)
    )


def _sim(valor: Any) -> bool:
    """Whether a flag is up: false, 0, "0", "não", empty and null are not."""
    return normalizar(valor) not in _NAO if isinstance(valor, str) else bool(valor)


def _de_erro(valor: Any) -> bool:
    """`ERRO`, or an HTTP status of error."""
    if isinstance(valor, str):
        return normalizar(valor) in _DE_ERRO
    return isinstance(valor, int) and 400 <= valor < 600


def _palavras(corpo: Any) -> str:
    """What the body says for people, in one line; empty when it says nothing."""
    if isinstance(corpo, str):
        return _limpar(corpo)
    if isinstance(corpo, Mapping):
        campos = _campos(corpo)
        for nome in _TEXTOS:
            if texto := _texto(campos.get(nome)):
                return _limpar(texto)
    return ""


def _texto(valor: Any) -> str:
    """A text, or the texts of a list or of an object, joined."""
    if isinstance(valor, str):
        return valor.strip()
    if isinstance(valor, Mapping):
        return "; ".join(f"{nome}: {texto}" for nome, item in valor.items() if (texto := _raso(item)))
    if isinstance(valor, list):
        return "; ".join(texto for item in valor if (texto := _raso(item)))
    return ""


def _raso(valor: Any) -> str:
    if isinstance(valor, Mapping | list):
        return json.dumps(valor, ensure_ascii=False)
    return "" if valor is None else str(valor)


def _limpar(texto: str) -> str:
    return mascarar_texto(" ".join(texto.split()))[:MENSAGEM_MAXIMA]


def _campos(corpo: Mapping[str, Any]) -> dict[str, Any]:
    """By name in upper case, without accents, `_` as a space."""
    return {normalizar(nome.replace("_", " ")): valor for nome, valor in corpo.items()}
