"""The queue by the names of the specification (spec/004, Queue §1 and §6), and what else the apps above may call.

| specification | here |
|---|---|
| `run()` | `executar` |
| `prepare()` | `preparar` |
| `get()` | `obter` |
| `set()` | `gravar` |
| `getConteudo()` | `conteudo` |
| `notificar()` | `notificar` |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from filas.fila.atos import Feito, cancelar, pausar, reprocessar, retomar
from filas.fila.avisos import notificar
from filas.fila.chamada import conferir_conteudo
from filas.fila.contextos import obter_contexto, todos
from filas.fila.entrada import enfileirar
from filas.fila.motor import Enviadas, enviar, enviar_uma
from filas.fila.termino import Fim, terminar
from filas.models import Mensagem

__all__ = [
    "Enviadas",
    "Feito",
    "cancelar",
    "conteudo",
    "enfileirar",
    "enviar",
    "executar",
    "gravar",
    "notificar",
    "obter",
    "pausar",
    "preparar",
    "reprocessar",
    "retomar",
]

LIMITE = 100


def executar(token: UUID) -> Mensagem | None:
    """`run()`: send the message of that token now, and return it as it became.

    None when it is not pending, or a message of its record is being sent. Limits and pauses are not looked at: somebody
    asked for this one. Raises `ContextoDesconhecido` when nobody registered its context.
    """
    nome = Mensagem.objects.filter(token=token).values_list("contexto", flat=True).first()
    if nome is None or not enviar_uma(obter_contexto(nome), token).total:
        return None
    return Mensagem.objects.get(token=token)


def preparar() -> list[str]:
    """`prepare()`: give every registered context its row of state. Returns their names. As often as one likes."""
    nomes = [contexto.nome for contexto in todos()]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO wosk_queue_contexto (contexto) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [nomes]
        )
    return nomes


def obter(
    contexto: str | None = None,
    *,
    token: UUID | None = None,
    situacao: Mensagem.Situacao = Mensagem.Situacao.PENDENTE,
    limite: int = LIMITE,
) -> list[Mensagem]:
    """`get()`: the message of `token`, whatever its situação; or those of one situação, oldest first, up to `limite`.

    It claims nothing: what goes out is chosen by `posse.pegar`.
    """
    if token is not None:
        return list(Mensagem.objects.filter(token=token))
    mensagens = Mensagem.objects.filter(situacao=situacao).order_by("id")
    if contexto is not None:
        mensagens = mensagens.filter(contexto=contexto)
    return list(mensagens[:limite])


def gravar(contexto: str, fins: Sequence[Fim]) -> set[int]:
    """`set()`: what attempts came to: retorno, mensagem, curl, tempo, situação. Returns the ids that were written.

    Guarded: a message that is no longer in the hand that shows it is left as it is.
    """
    return terminar(obter_contexto(contexto), fins)


def conteudo(mensagem: Mensagem) -> dict[str, Any]:
    """`getConteudo()`: the content as its context is given it. Raises `ErroDefinitivo` when it is not an object."""
    return conferir_conteudo(mensagem.conteudo)
