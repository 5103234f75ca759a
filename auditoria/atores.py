"""Who acts, and as people read it."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

TipoDeAtor = Literal["usuario", "chave", "rotina", "terminal", "sistema"]


class Ator(NamedTuple):
    """Who acts: the kind, and the name that a person will recognise years later (login, key prefix, path)."""

    tipo: TipoDeAtor
    identificador: str

    def __str__(self) -> str:
        return f"{self.tipo}:{self.identificador}"


ATOR_SISTEMA = Ator("sistema", "sistema")


class _TemLogin(Protocol):
    def get_username(self) -> str: ...


def ator_usuario(usuario: _TemLogin) -> Ator:
    """The actor for a member of staff."""
    return Ator("usuario", usuario.get_username())


def nome_do_ator(ator: str) -> str:
    """`usuario:ana` is Ana's login, the system has no other name; the rest says what it is.

    >>> nome_do_ator("usuario:ana"), nome_do_ator("sistema:sistema"), nome_do_ator("rotina:Assunto/Acao")
    ('ana', 'sistema', 'rotina Assunto/Acao')
    """
    tipo, _, nome = ator.partition(":")
    if not nome or nome == tipo:
        return tipo
    return nome if tipo == "usuario" else f"{tipo} {nome}"
