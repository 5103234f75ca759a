"""What a running routine holds: its counts, its heartbeat and its fence."""

import logging
import threading
from collections import Counter
from types import TracebackType

from django.db import connection
from django.utils import timezone

from erp.rotinas.models import Execucao

logger = logging.getLogger(__name__)

SEGUNDOS_ENTRE_SINAIS = 10.0


class ExecucaoPerdida(RuntimeError):
    """Esta execução foi dada por interrompida enquanto trabalhava; outra pode estar no lugar dela."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Contexto:
    """Given to a routine that takes one argument."""

    def __init__(self, execucao_id: int) -> None:
        self.execucao_id = execucao_id
        self.contagens: Counter[str] = Counter()

    def contar(self, nome: str, quantos: int = 1) -> None:
        """Add to a count that the execution will show."""
        self.contagens[nome] += quantos

    def confirmar(self) -> None:
        """The fence: call it inside each transaction, before the commit. Raises `ExecucaoPerdida`.

        It writes the heartbeat, so the row stays locked until the commit: whoever gives this execution up waits
        for it, and a commit never lands after that.
        """
        if not _dar_sinal(self.execucao_id):
            raise ExecucaoPerdida


class Pulso:
    """Gives signs of life from a thread, on a connection of its own, while the routine works."""

    def __init__(self, execucao_id: int) -> None:
        self._execucao_id = execucao_id
        self._fim = threading.Event()
        self._thread = threading.Thread(target=self._bater, name=f"pulso-{execucao_id}", daemon=True)

    def __enter__(self) -> "Pulso":
        self._thread.start()
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, valor: BaseException | None, rastro: TracebackType | None
    ) -> None:
        self._fim.set()
        self._thread.join()

    def _bater(self) -> None:
        try:
            while not self._fim.wait(SEGUNDOS_ENTRE_SINAIS):
                self._tentar()
        finally:
            connection.close()

    def _tentar(self) -> None:
        try:
            # Under a second: a routine inside its own fence holds this row, and needs no other sign of life.
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '900ms'")
            _dar_sinal(self._execucao_id)
        except Exception:
            logger.debug("Sinal de vida da execução %s adiado.", self._execucao_id, exc_info=True)
            connection.close()


def _dar_sinal(execucao_id: int) -> bool:
    viva = Execucao.objects.filter(pk=execucao_id, situacao=Execucao.Situacao.EXECUTANDO)
    return bool(viva.update(heartbeat=timezone.now()))
