"""What an app says of its messages: how they become a call, and what the answer means. The engine does the rest.

class LojaCliente(Contexto):
    nome = "LojaCliente"
    titulo = "Clientes (setIlli)"

    def montar(self, conteudo): ...
    def conteudo_atual(self, chaves): ...

registrar(LojaCliente())  # in AppConfig.ready
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from filas.erros import ErroDefinitivo
from filas.fila import cliente
from filas.fila.curl import curl
from filas.fila.respostas import pelo_status
from filas.fila.valores import Requisicao, Resposta, Resultado, TipoResultado, adiar, desistir, erro, sucesso

__all__ = [
    "Contexto",
    "ContextoDesconhecido",
    "ErroDefinitivo",
    "Requisicao",
    "Resposta",
    "Resultado",
    "TipoResultado",
    "adiar",
    "desistir",
    "erro",
    "obter_contexto",
    "pelo_status",
    "registrar",
    "sucesso",
    "todos",
]

PRIMEIRA_ESPERA = timedelta(seconds=15)
MAIOR_ESPERA = timedelta(hours=2)


class Contexto:
    """One kind of message. Subclass, and `registrar` one instance.

    Nothing here may touch the database but `conteudo_atual` and `conferir`: the rest runs in threads, beside other calls.
    An exception of ours in `montar` or `interpretar` defers the message with backoff, and ends at 4 with `DEFEITO`.
    """

    nome: str
    titulo: str
    concorrencia: int = 16  # most messages in hand at once, over all workers
    por_segundo: float | None = None  # over all workers
    tentativas: int = 8
    reserva: timedelta = timedelta(seconds=60)  # a heartbeat renews it at every third
    falhas_ate_pausar: int = 5  # of the other side, in a row
    campos_abertos: frozenset[str] = frozenset()  # of content, payload and answer, that who sees no document reads
    ordem: tuple[str, ...] = ()  # of fields of content and payload, as people read them; the database keeps none

    def configurado(self) -> bool:
        """False: its messages wait at 0, staff are told, and nothing fails."""
        return True

    def por_que_parado(self) -> str:
        """Why `configurado` says no, as people read it."""
        return "falta configurar"

    def conferir(self, chaves: Sequence[str]) -> Mapping[str, Resultado]:
        """Of records whose messages were just claimed, those that must not go now, and what becomes of them.

        Asked once for each claim, before any call; it may read the database. What is not named goes.
        """
        return {}

    def montar(self, conteudo: dict[str, Any]) -> Requisicao:
        """Pure. Raises `ErroDefinitivo(codigo, mensagem)` when a person must mend the record first."""
        raise NotImplementedError

    def chamar(self, requisicao: Requisicao) -> Resposta:
        """Make the call. Raises `FalhaDeTransporte` when it did not end."""
        return cliente.chamar(requisicao)

    def comando(self, requisicao: Requisicao) -> str:
        """What a person can run to make the same call, without its secrets; empty: there is no such thing."""
        return curl(requisicao)

    def encerrar(self) -> None:
        """The run is over: let go of what was kept open between calls. One that is still out may keep its own."""

    def interpretar(self, resposta: Resposta) -> Resultado:
        """Pure. `pelo_status` knows what any status means; a context overrides this to read the body of a 2xx."""
        return pelo_status(resposta) or sucesso(f"HTTP {resposta.status}")

    def conteudo_atual(self, chaves: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The content of these records as they are now; a record that is no more is left out."""
        raise NotImplementedError

    def nome_do_registro(self, conteudo: dict[str, Any]) -> str:
        """What people call the record, as its name; empty: they call it by its key."""
        return ""

    def endereco(self, chave: str, request: HttpRequest) -> str:
        """The admin's page of the record, if this person may open it; else empty."""
        return ""

    def espera(self, tentativa: int) -> timedelta:
        """How long until the next, after `tentativa` (from 1) failed. The engine adds up to a quarter of jitter."""
        return min(PRIMEIRA_ESPERA * (1 << min(tentativa - 1, 20)), MAIOR_ESPERA)


class ContextoDesconhecido(LookupError):
    """Nenhum contexto da fila foi registrado com este nome."""

    def __init__(self, nome: str) -> None:
        super().__init__(f"{self.__doc__} Recebido: {nome!r}.")


_contextos: dict[str, Contexto] = {}


def registrar(contexto: Contexto) -> None:
    """Make `contexto` known by its name; a second one of that name takes the place of the first."""
    if not 0 < len(contexto.nome) <= 40:
        raise ValueError(f"nome do contexto: {contexto.nome!r}; esperado de 1 a 40 letras")
    _contextos[contexto.nome] = contexto


def obter_contexto(nome: str) -> Contexto:
    """The context of that name. Raises `ContextoDesconhecido`."""
    try:
        return _contextos[nome]
    except KeyError:
        raise ContextoDesconhecido(nome) from None


def todos() -> list[Contexto]:
    """Every registered context, by name."""
    return sorted(_contextos.values(), key=lambda c: c.nome)
