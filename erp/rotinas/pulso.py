"""Signs of life of a running execution, from a thread with a connection of its own."""

import logging
import threading
from types import TracebackType

from django.db import connection
from django.utils import timezone

from erp.rotinas.models import Execucao

logger = logging.getLogger(__name__)

SEGUNDOS_ENTRE_SINAIS = 10.0


class Pulso:
    """Gives signs of life while the routine works."""

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
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '900ms'")
            _dar_sinal(self._execucao_id)
        except Exception:
            logger.debug("Sinal de vida da execução %s adiado.", self._execucao_id, exc_info=True)
            connection.close()


def _dar_sinal(execucao_id: int) -> bool:
    viva = Execucao.objects.filter(pk=execucao_id, situacao=Execucao.Situacao.EXECUTANDO)
    return bool(viva.update(heartbeat=timezone.now()))
