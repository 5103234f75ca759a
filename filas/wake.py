"""Wake-ups by name: how a lower app tells an upper one that there is work, without importing it.

A wake-up carries nothing and may be lost: the work is a row, and a periodic tick finds it anyway.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

logger = logging.getLogger(__name__)

_despertadores: dict[str, Callable[[], object]] = {}


@dataclass(frozen=True)
class _Despertar:
    """The commit hook of one name: a type of its own so that a second one in the same transaction is noticed."""

    nome: str

    def __call__(self) -> None:
        tarefa = _despertadores.get(self.nome)
        if tarefa is None:
            logger.error("Ninguém registrou o despertador %r; o trabalho espera a próxima batida.", self.nome)
            return
        try:
            tarefa()
        except Exception:
            # The rows are committed: a broker that is down only costs time.
            logger.warning("O despertador %r falhou; o trabalho espera a próxima batida.", self.nome, exc_info=True)


def registrar_despertador(nome: str, tarefa: Callable[[], object]) -> None:
    """Say what `acordar(nome)` calls, from the upper app's `AppConfig.ready`.

    `tarefa` sends a Celery message and returns at once (`lambda: drenar.apply_async(retry=False)`). A name belongs
    to one task: a second registration replaces the first.
    """
    _despertadores[nome] = tarefa


def acordar(nome: str) -> None:
    """Wake whoever registered `nome`, once this transaction commits; at most once per transaction and name.

    Outside a transaction it acts at once. Never raises for a name without an owner nor for a broker that is down:
    both are logged.
    """
    despertar = _Despertar(nome)
    # A hook of a savepoint rolled back is already gone from this list, so a wake-up is never lost by looking here.
    if any(func == despertar for _, func, _ in transaction.get_connection().run_on_commit):
        return
    transaction.on_commit(despertar)
