"""Who acted, as people read it."""

from __future__ import annotations


def nome_do_ator(ator: str) -> str:
    """`usuario:ana` is Ana's login, the system has no other name; the rest says what it is.

    >>> nome_do_ator("usuario:ana"), nome_do_ator("sistema:sistema"), nome_do_ator("rotina:Assunto/Acao")
    ('ana', 'sistema', 'rotina Assunto/Acao')
    """
    tipo, _, nome = ator.partition(":")
    if not nome or nome == tipo:
        return tipo
    return nome if tipo == "usuario" else f"{tipo} {nome}"
