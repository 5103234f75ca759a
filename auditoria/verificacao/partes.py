"""The parts of a verification: what an odd value stops is named, and the other parts go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connection, transaction

from auditoria.rules import mascarar_texto
from auditoria.verificacao.problemas import MAXIMO, Problema

log = structlog.get_logger(__name__)

_MOSTRADO: Final = 300
_VALOR_GRANDE_DEMAIS: Final = "54"  # the class of what a statement cannot bear: that may be a value's doing


class Partes:
    """What stopped parts on the way. With one of them the verification is neither whole nor clean."""

    def __init__(self) -> None:
        self.interrompidas: list[Problema] = []

    @contextmanager
    def parte(self, nome: str, onde: Callable[[], int | None] = lambda: None) -> Iterator[None]:
        """Do one part; `onde` says the sequence that it was at. `nome` is a person's words, with the article.

        What the server or the settings are to blame for goes on as it is: a server that went away says nothing about the
        trail, and there would be no writing it down.
        """
        try:
            with transaction.atomic() if connection.in_atomic_block else nullcontext():  # who calls may hold one
                yield
        except Exception as erro:
            if _e_do_servidor(erro):
                raise
            log.exception("auditoria.verificacao.interrompida", parte=nome)
            self.interrompidas.append(_interrompida(nome, erro, onde()))

    def ao_fim_de(self, problemas: list[Problema]) -> list[Problema]:
        """As many as are told: a long list does not hide that some part was not done."""
        return [*problemas[: MAXIMO - len(self.interrompidas)], *self.interrompidas][:MAXIMO]


def _interrompida(nome: str, erro: Exception, sequencia: int | None) -> Problema:
    dito = mascarar_texto((str(erro).splitlines() or [""])[0])[:_MOSTRADO]
    onde = "" if sequencia is None else f"sequência {sequencia}: "
    texto = f"{onde}{nome} parou no meio ({type(erro).__name__}: {dito})"
    return Problema("verificacao_interrompida", texto, sequencia)


def _e_do_servidor(erro: Exception) -> bool:
    if isinstance(erro, OperationalError):
        return not (getattr(erro.__cause__, "pgcode", None) or "").startswith(_VALOR_GRANDE_DEMAIS)
    return isinstance(erro, InterfaceError | ImproperlyConfigured)
