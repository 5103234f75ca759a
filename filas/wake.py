"""Wake-ups by name: how a lower app tells an upper one that there is work, without importing it.

A wake-up carries nothing and may be lost: the work is a row, and a periodic tick finds it anyway.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

logger = logging.getLogger(__name__)

_despertadores: dict[str, Callable[[], object]] = {}
_intervalos: dict[str, float] = {}
_chamados: dict[str, float] = {}  # when this process last called each


@dataclass(frozen=True)
class _Despertar:
    """The commit hook of one name: a type of its own so that a second one in the same transaction is noticed."""

    nome: str

    def __call__(self) -> None:
        tarefa = _despertadores.get(self.nome)
        if tarefa is None:
            logger.error("Ninguém registrou o despertador %r; o trabalho espera a próxima batida.", self.nome)
            return
        if intervalo := _intervalos.get(self.nome):
            agora = time.monotonic()
            if agora - _chamados.get(self.nome, -intervalo) < intervalo:
                return
            _chamados[self.nome] = agora
        try:
            tarefa()
        except Exception:
            # The rows are committed: a broker that is down only costs time.
            logger.warning("O despertador %r falhou; o trabalho espera a próxima batida.", self.nome, exc_info=True)


def registrar_despertador(nome: str, tarefa: Callable[[], object], *, intervalo: float = 0) -> None:
    """Say what `acordar(nome)` calls, from the upper app's `AppConfig.ready`.

    `tarefa` sends a Celery message and returns at once (`lambda: drenar.apply_async(retry=False)`). A name belongs
    to one task: a second registration replaces the first.

    With `intervalo`, in seconds, this process calls it at most once in as long, for what happens hundreds of times a
    second: `tarefa` then sends its message to be worked that much later (`countdown`), after all that it stands for.
    """
    _despertadores[nome] = tarefa
    _intervalos[nome] = intervalo
    _chamados.pop(nome, None)


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
