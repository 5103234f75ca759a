"""One attempt, from content to meaning, in a thread of its own and away from the database. It always ends in a `Fim`."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from filas.erros import ErroDefinitivo, FalhaDeTransporte
from filas.fila.contextos import Contexto
from filas.fila.curl import ocultar_segredos
from filas.fila.posse import Pega
from filas.fila.termino import Fim
from filas.fila.valores import Requisicao, Resultado, adiar, erro

log = structlog.get_logger(__name__)

CHAVE_DE_IDEMPOTENCIA = "Idempotency-Key"


def tentar(contexto: Contexto, pega: Pega) -> Fim:
    """Build the call, make it, say what the answer means.

    1. A rule that fails (`ErroDefinitivo`) waits for a person.
    2. A call that did not end (`FalhaDeTransporte`) is tried again.
    3. A defect of ours is tried again too, with the same backoff, and says so: `DEFEITO`.
    """
    fim = Fim(pega, erro("DEFEITO", ""), timezone.now(), 0)
    inicio = time.perf_counter()
    try:
        requisicao = _montar(contexto, pega)
        fim = replace(fim, curl=contexto.comando(requisicao), payload=_payload(requisicao))
        inicio = time.perf_counter()
        resposta = contexto.chamar(requisicao)
        resposta = replace(resposta, corpo=ocultar_segredos(resposta.corpo, requisicao))
        fim = replace(fim, status_http=resposta.status, retorno=resposta.corpo)
        resultado = contexto.interpretar(resposta)
    except ErroDefinitivo as recusa:
        resultado = erro(recusa.codigo, recusa.mensagem)
    except FalhaDeTransporte as falha:
        resultado = adiar(falha.codigo, falha.mensagem)
    except Exception as defeito:  # whatever a context does wrong: the message must not stay in hand
        resultado = _defeito(contexto, pega, defeito)
    return replace(fim, resultado=resultado, segundos=time.perf_counter() - inicio)


def recusar(contexto: Contexto, pegas: Sequence[Pega]) -> dict[int, Fim]:
    """Of what was just claimed, by id, what its context holds back: it ends here, without a call.

    A defect of the context holds all of them back for a while; a database that is away is the caller's to see.
    """
    if not pegas:
        return {}
    try:
        recusas = contexto.conferir([pega.chave for pega in pegas])
    except (OperationalError, InterfaceError):
        raise
    except Exception as defeito:  # as in `tentar`: one context must not stop the others
        recusas = {pega.chave: _defeito(contexto, pega, defeito) for pega in pegas}
    return {p.id: Fim(p, recusas[p.chave], timezone.now(), 0) for p in pegas if p.chave in recusas}


def conferir_conteudo(conteudo: object) -> dict[str, Any]:
    """The content as a context is given it. Raises `ErroDefinitivo` when it is not what a context can read."""
    if not isinstance(conteudo, dict):
        raise ErroDefinitivo("CONTEUDO_ILEGIVEL", f"o conteúdo é {type(conteudo).__name__}; esperado um objeto")
    return conteudo


def _montar(contexto: Contexto, pega: Pega) -> Requisicao:
    requisicao = contexto.montar(conferir_conteudo(json.loads(pega.conteudo)))
    return replace(requisicao, cabecalhos={**requisicao.cabecalhos, CHAVE_DE_IDEMPOTENCIA: str(pega.token)})


def _payload(requisicao: Requisicao) -> str | None:
    return None if requisicao.json is None else json.dumps(requisicao.json, ensure_ascii=False, allow_nan=False)


def _defeito(contexto: Contexto, pega: Pega, defeito: Exception) -> Resultado:
    """Its type and its place are told: its text may quote the record."""
    lugar = traceback.format_tb(defeito.__traceback__)
    log.error(
        "defeito_no_contexto", contexto=contexto.nome, token=str(pega.token), tipo=type(defeito).__name__, lugar=lugar
    )
    mensagem = f"Defeito nosso ao enviar ({type(defeito).__name__}); veja o registro do sistema pelo token"
    return adiar("DEFEITO", mensagem, destino_falhou=False)
