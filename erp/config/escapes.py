"""The last words of a process, or of a thread, that an exception nobody caught ends: masked as every line of the logs is.

Python's own hooks write the traceback to standard error as it is, and a message of the database says whose row it was.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from auditoria.rules import mascarar_texto

logger = logging.getLogger("retaguarda.escapou")


def cobrir() -> None:
    """To be called first by whoever starts a process of ours: commands, web, worker and beat. Again does nothing more."""
    sys.excepthook = _do_processo
    threading.excepthook = _da_linha
    sys.unraisablehook = _sem_quem_trate


def _do_processo(tipo: type[BaseException], erro: BaseException, rastro: TracebackType | None) -> None:
    if issubclass(tipo, KeyboardInterrupt):
        sys.__excepthook__(tipo, erro, rastro)
        return
    _dizer("processo", tipo, erro, rastro)


def _da_linha(dito: Any) -> None:
    if not issubclass(dito.exc_type, SystemExit):
        nome = dito.thread.name if dito.thread is not None else ""
        _dizer(f"linha {nome}".strip(), dito.exc_type, dito.exc_value, dito.exc_traceback)


def _sem_quem_trate(dito: Any) -> None:
    """In a destructor, or while the interpreter ends."""
    _dizer("objeto", dito.exc_type, dito.exc_value, dito.exc_traceback)


def _dizer(onde: str, tipo: type[BaseException], erro: BaseException | None, rastro: TracebackType | None) -> None:
    """By the log, where there is one; to a person, and before there is one, as Python writes it. Never fails."""
    try:
        erro = tipo() if erro is None else erro
        if logging.root.handlers and not sys.stderr.isatty():
            logger.critical("Exceção que ninguém tratou (%s).", onde, exc_info=(tipo, erro, rastro))
        else:
            sys.stderr.write(mascarar_texto("".join(traceback.format_exception(tipo, erro, rastro))))
    except Exception:  # whatever its text holds must not come out for that
        print(f"Exceção que ninguém tratou ({onde}): {tipo.__name__}", file=sys.__stderr__)
